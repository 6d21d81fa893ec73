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
const resolve = () => Promise.reject(new Error("loopback needs no look-up"));
const usual = { fetch, deadline, resolve, allowLoopback: true, maxBytes: 1 };
const take = (path: string, allowLoopback = true) =>
  fetchImage({ ...usual, url: `${base}${path}`, allowLoopback, maxBytes: 1_000 });

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
      ...usual,
      url: `${base}/ok`,
      fetch: spy,
      allowLoopback: false,
    });
    expect(refused).toMatchObject({ problem: { code: "image_url_not_allowed" } });
    expect(asked).toBe(false);
  });

  it("of a server that does not answer is unreachable", async () => {
    const refused = await fetchImage({ ...usual, url: "http://127.0.0.1:9/" });
    expect(refused).toMatchObject({ problem: { code: "image_url_unreachable" } });
  });
});

describe("the host of a remote picture", () => {
  const asked: string[] = [];
  const redirecting: typeof fetch = (input) => {
    asked.push(input as string);
    const headers = { location: "https://inside.example.org/b.png" };
    return Promise.resolve(new Response(null, { status: 302, headers }));
  };
  const names: Record<string, string[]> = {
    "outside.example.org": ["8.8.8.8"],
    "inside.example.org": ["8.8.8.8", "10.0.0.1"],
    "nowhere.example.org": [],
  };
  const scripted = (name: string) => {
    const addresses = names[name];
    return addresses ? Promise.resolve(addresses) : Promise.reject(new Error("no resolver"));
  };
  const fetched = async (host: string) => {
    asked.length = 0;
    const url = `https://${host}/a.png`;
    return fetchImage({ ...usual, url, fetch: redirecting, resolve: scripted });
  };

  it.each([
    ["inside.example.org", "image_url_not_allowed", undefined],
    ["nowhere.example.org", "image_url_unreachable", undefined],
    ["unknown.example.org", "image_url_unresolved", 5],
  ])("%s is not asked: %s", async (host, code, retryAfter) => {
    const refused = await fetched(host);
    expect(refused).toMatchObject({ ok: false, problem: { code } });
    expect(refused.ok || refused.problem.retryAfter).toBe(retryAfter);
    expect(asked).toEqual([]);
  });

  it("is looked up at every redirect", async () => {
    expect(await fetched("outside.example.org")).toMatchObject({
      problem: { code: "image_url_not_allowed" },
    });
    expect(asked).toEqual(["https://outside.example.org/a.png"]);
  });
});
