import { Response, type Request } from "miniflare";
import { png } from "../../pure/images/files.ts";

/**
 * The world outside the Worker, by script: a Cog server that takes every prediction, a picture host, and nobody else.
 * Runs in Node, beside workerd.
 */
export function outside(request: Request): Response {
  const url = new URL(request.url);
  if (url.hostname === "cog.example.org") {
    return request.method === "PUT"
      ? Response.json({ status: "starting" }, { status: 202 })
      : Response.json({ status: "READY" });
  }
  if (url.hostname === "pictures.example.org" && url.pathname === "/640x480.png") {
    return new Response(png(640, 480), { headers: { "content-type": "image/png" } });
  }
  return new Response("nothing here", { status: 404 });
}
