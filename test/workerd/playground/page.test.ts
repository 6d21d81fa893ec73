import { describe, expect, it } from "vitest";
import assets from "../../../functions/playground/assets.json";
import * as api from "../harness/api.ts";

const page = () => api.send("GET", "/");

describe("the playground's page", () => {
  it("runs nothing without the nonce of its answer, which is another each time, and asks no other host", async () => {
    const policies = await Promise.all(
      [page(), page()].map(async (asked) => {
        const answer = await asked;
        const policy = answer.headers.get("content-security-policy") ?? "";
        const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
        const html = await answer.text();
        expect(policy.replaceAll(nonce, "N")).toBe(
          "default-src 'none'; script-src 'nonce-N'; style-src 'nonce-N'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        );
        expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(html).toContain(`nonce="${nonce}"></script>`);
        expect(html).not.toMatch(/\s(style|on\w+)=|https?:\/\/(?!www\.w3\.org)/);
        return policy;
      }),
    );
    expect(policies[0]).not.toBe(policies[1]);
  });

  it("offers the tasks of the deployment's profile that are done to a picture, and no others", async () => {
    const offered = async (environment: object) => {
      const html = await (await api.send("GET", "/", { environment })).text();
      return [...html.matchAll(/name="task" value="(\w+)"/g)].map(([, task]) => task);
    };
    expect(await offered({ PROFILE: "tiny" })).toEqual(
      expect.arrayContaining(["erase", "inpaint"]),
    );
    expect(await offered({ PROFILE: "tiny" })).not.toContain("paint_by_example");
    expect(await offered({ PROFILE: "sd15" })).toContain("paint_by_example");
    expect(await offered({ PROFILE: "sd15" })).not.toContain("text_to_image");
  });

  it("is made of files that may be kept for ever, each under a name of its own", async () => {
    const html = await (await page()).text();
    for (const name of Object.values(assets.names)) expect(html).toContain(`"${name}"`);
    for (const [name, { type }] of Object.entries(assets.files)) {
      const answer = await api.send("GET", `/playground/${name}`);
      expect(answer.status, name).toBe(200);
      expect(answer.headers.get("content-type")).toBe(type);
      expect(answer.headers.get("cache-control")).toContain("immutable");
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
    const unknown = await api.send("GET", "/playground/script-0.js");
    expect((await api.problemOf(unknown)).code).toBe("route_unknown");
  });

  it("brings a script that stays small on its way", async () => {
    const { body } = await api.send("GET", assets.names.script);
    const zipped = await new Response(
      body?.pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer();
    expect(zipped.byteLength).toBeLessThan(20_000);
  });
});
