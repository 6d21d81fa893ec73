import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { perform } from "../../../functions/dispatch/perform.ts";
import { outputKey } from "../../../functions/images/object-keys.ts";
import { servicesOf } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { ascii, jpeg, png, webpLossy } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";

/** An edit with the provider. */
async function running(): Promise<{ account: string; key: string; edit: string }> {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  return { account, key, edit };
}

/** A result's URL, and what it answers. */
async function result(account: string, edit: string): Promise<Response> {
  return api.send("GET", api.containerUrl({ purpose: "result", method: "GET", account, edit }));
}

describe("an output", () => {
  it.each([
    ["image/png", "png", png(640, 480)],
    ["image/jpeg", "jpeg", jpeg(640, 480)],
    ["image/webp", "webp", webpLossy(640, 480)],
  ])(
    "is served as %s and nothing else, by a name, without cookies",
    async (type, extension, bytes) => {
      const { account, edit } = await running();
      const output = { purpose: "output", method: "PUT", account, edit } as const;
      await api.put(api.containerUrl(output), bytes, type);
      const { status, headers } = await result(account, edit);
      expect(status).toBe(200);
      expect(Object.fromEntries(headers)).toMatchObject({
        "content-type": type,
        "content-length": String(bytes.length),
        "content-disposition": `inline; filename="${edit}-0.${extension}"`,
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
      });
      expect(headers.get("set-cookie")).toBeNull();
    },
  );

  it.each([["text/html"], ["image/svg+xml"], ["image/png; charset=utf-8"], [""]])(
    "cannot be stored as %s",
    async (type) => {
      const { account, edit } = await running();
      const output = { purpose: "output", method: "PUT", account, edit } as const;
      const answer = await api.put(api.containerUrl(output), png(64, 64), type);
      expect(await api.problemOf(answer)).toMatchObject({ code: "content_type_unsupported" });
    },
  );

  it("that lies there as a page all the same is downloaded and not shown", async () => {
    const { account, edit } = await running();
    await env.BUCKET.put(outputKey(account, edit, 1, 0), ascii("<script>alert(1)</script>"), {
      httpMetadata: { contentType: "text/html" },
    });
    const { headers } = await result(account, edit);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toBe(`attachment; filename="${edit}-0.bin"`);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("that a provider hands out as a URL is copied with the type that its bytes tell", async () => {
    const { account, edit } = await running();
    const urls = ["https://pictures.example.org/640x480.png"];
    const services = servicesOf(env);
    await perform(services, { v: 1, type: "copy", account, edit, attempt: 1, urls });
    const { status, headers } = await result(account, edit);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("image/png");
  });
});
