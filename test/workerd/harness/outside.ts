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
  if (url.hostname === "pictures.example.org") return picture(url);
  return new Response("nothing here", { status: 404 });
}

/** The picture host: one picture, one page, and redirects of every kind. */
function picture({ pathname }: URL): Response {
  const redirects: Record<string, string> = {
    "/moved": "/640x480.png",
    "/inward": "https://10.0.0.1/a.png",
    "/circle": "/circle",
  };
  const location = redirects[pathname];
  if (location !== undefined) return new Response(null, { status: 302, headers: { location } });
  if (pathname === "/page") return new Response("<!doctype html>");
  if (pathname !== "/640x480.png") return new Response("nothing here", { status: 404 });
  return new Response(png(640, 480), { headers: { "content-type": "image/png" } });
}
