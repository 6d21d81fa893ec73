import { Response, type Request } from "miniflare";
import { png } from "../../pure/images/files.ts";

/**
 * The world outside the Worker, by script: a Cog server that takes every prediction, a picture host, a resolver of names,
 * a receiver of webhooks, and nobody else. Runs in Node, beside workerd.
 */
export async function outside(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === "cloudflare-dns.com") return addresses(url);
  if (url.hostname.endsWith("hooks.example.org")) return receive(request, url);
  if (url.hostname === "cog.example.org") {
    return request.method === "PUT"
      ? Response.json({ status: "starting" }, { status: 202 })
      : Response.json({ status: "READY" });
  }
  if (url.hostname === "pictures.example.org") return picture(url);
  return new Response("nothing here", { status: 404 });
}

/** The resolver: every name has one public address, but for those that say otherwise. */
function addresses({ searchParams }: URL): Response {
  const name = searchParams.get("name") ?? "";
  if (name.startsWith("broken")) return new Response("no", { status: 503 });
  if (name.startsWith("nowhere")) return Response.json({ Status: 3 });
  if (searchParams.get("type") !== "A") return Response.json({ Status: 0 });
  const data = name.startsWith("inward") ? "10.0.0.1" : "8.8.8.8";
  return Response.json({ Status: 0, Answer: [{ name, type: 1, data }] });
}

/** A webhook as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const received: Received[] = [];

/** The receiver: answers with the status that the path begins with, and shows what came to a path. */
async function receive(request: Request, { pathname }: URL): Promise<Response> {
  if (request.method === "GET") {
    return Response.json(received.filter(({ path }) => path === pathname));
  }
  const headers = Object.fromEntries(request.headers);
  received.push({ path: pathname, headers, body: await request.text() });
  const status = Number(pathname.split("/")[1]);
  if (status >= 300 && status < 400) {
    return new Response(null, { status, headers: { location: "https://hooks.example.org/200/x" } });
  }
  return new Response(status === 204 ? null : `answer ${"x".repeat(2_000)}`, { status });
}

/** The picture host: one picture, one page, and redirects of every kind. */
function picture({ pathname }: URL): Response {
  const redirects: Record<string, string> = {
    "/moved": "/640x480.png",
    "/inward": "https://10.0.0.1/a.png",
    "/inward-name": "https://inward.example.org/a.png",
    "/broken-name": "https://broken.example.org/a.png",
    "/circle": "/circle",
  };
  const location = redirects[pathname];
  if (location !== undefined) return new Response(null, { status: 302, headers: { location } });
  if (pathname === "/page") return new Response("<!doctype html>");
  if (pathname !== "/640x480.png") return new Response("nothing here", { status: 404 });
  return new Response(png(640, 480), { headers: { "content-type": "image/png" } });
}
