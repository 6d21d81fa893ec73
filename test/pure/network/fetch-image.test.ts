import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchImage } from "../../../functions/network/fetch-image.ts";

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const hops = Number(url.searchParams.get("hops") ?? 0);
    if (url.pathname === "/away") response.writeHead(302, { location: "http://10.0.0.1/" }).end();
    else if (hops > 0) response.writeHead(302, { location: `/ok?hops=${hops - 1}` }).end();
    else if (url.pathname === "/missing") response.writeHead(404).end("no");
    else if (url.pathname === "/large")
      response.writeHead(200, { "content-length": "99999999" }).end();
    else response.writeHead(200, { "content-type": "image/png" }).end("picture");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

const deadline = (ms: number) => AbortSignal.timeout(ms);
const take = (path: string, allowLoopback = true) =>
  fetchImage({ url: `${base}${path}`, fetch, deadline, allowLoopback, maxBytes: 1_000 });

describe("a remote picture", () => {
  it("is fetched, over a few redirects too", async () => {
    for (const path of ["/ok", "/ok?hops=3"]) {
      const fetched = await take(path);
      if (!fetched.ok) throw new Error(fetched.problem.detail);
      expect(await new Response(fetched.value.body).text()).toBe("picture");
    }
  });

  it.each([
    ["/missing", "image_url_unreachable"],
    ["/ok?hops=4", "image_url_unreachable"],
    ["/large", "image_too_large"],
    ["/away", "image_url_not_allowed"],
  ])("at %s is refused as %s", async (path, code) => {
    expect(await take(path)).toMatchObject({ ok: false, problem: { code } });
  });

  it("at a private address is refused before it is asked", async () => {
    let asked = false;
    const spy: typeof fetch = () => {
      asked = true;
      return Promise.reject(new Error("asked"));
    };
    const refused = await fetchImage({
      url: `${base}/ok`,
      fetch: spy,
      deadline,
      allowLoopback: false,
      maxBytes: 1,
    });
    expect(refused).toMatchObject({ problem: { code: "image_url_not_allowed" } });
    expect(asked).toBe(false);
  });

  it("of a server that does not answer is unreachable", async () => {
    const refused = await fetchImage({
      url: "http://127.0.0.1:9/",
      fetch,
      deadline,
      allowLoopback: true,
      maxBytes: 1,
    });
    expect(refused).toMatchObject({ problem: { code: "image_url_unreachable" } });
  });
});
