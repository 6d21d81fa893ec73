import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits } from "../../../schemas/limits.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { jpeg, png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverResult, type Attempt } from "../harness/container.ts";

/** An edit whose first attempt samples. */
async function processing(): Promise<Attempt & { readonly key: string }> {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  await api.callback(account, edit, { status: "processing", logs: "" });
  return { account, edit, key };
}

/** PUTs a preview as the container does. */
async function sendPreview(
  { account, edit, attempt = 1 }: Attempt,
  picture: Uint8Array<ArrayBuffer>,
  contentType = "image/jpeg",
): Promise<Response> {
  const maxBytes = limits.previewBytes;
  const grant = { purpose: "preview", method: "PUT", account, edit, attempt, maxBytes } as const;
  return api.put(api.containerUrl(grant), picture, contentType);
}

async function preview(key: string, edit: string): Promise<Response> {
  return api.send("GET", `/v1/edits/${edit}/preview`, { token: key });
}

async function codeOf(answer: Response): Promise<string> {
  return (await api.problemOf(answer)).code;
}

describe("a preview", () => {
  it("is shown while the edit is processing, and the latest wins", async () => {
    const { key, ...to } = await processing();
    const { preview: url } = (await api.getEdit(key, to.edit)).urls;
    expect(url).toBe(`${api.origin}/v1/edits/${to.edit}/preview`);
    expect(await codeOf(await preview(key, to.edit))).toBe("preview_not_found");
    for (const picture of [jpeg(64, 48), jpeg(80, 60)]) {
      expect((await sendPreview(to, picture)).status).toBe(201);
      const shown = await api.send("GET", url ?? "", { token: key });
      expect(shown.headers.get("content-type")).toBe("image/jpeg");
      expect(shown.headers.get("cache-control")).toContain("no-store");
      expect(new Uint8Array(await shown.arrayBuffer())).toEqual(picture);
    }
  });

  it("that is not there is a 204 to who prefers return=minimal, and the picture once it is", async () => {
    const { key, ...to } = await processing();
    const minimal = { token: key, headers: { prefer: "return=minimal" } };
    const none = await api.send("GET", `/v1/edits/${to.edit}/preview`, minimal);
    expect([none.status, none.headers.get("preference-applied")]).toEqual([204, "return=minimal"]);
    await sendPreview(to, jpeg(64, 48));
    const shown = await api.send("GET", `/v1/edits/${to.edit}/preview`, minimal);
    expect(shown.status).toBe(200);
    await shown.body?.cancel();
    await deliverResult(to);
    const gone = await api.send("GET", `/v1/edits/${to.edit}/preview`, minimal);
    expect(gone.status).toBe(204);
  });

  it("is not shown any more when the edit has ended", async () => {
    const { key, ...to } = await processing();
    await sendPreview(to, jpeg(64, 48));
    await deliverResult(to);
    expect((await api.getEdit(key, to.edit)).urls.preview).toBeNull();
    expect(await codeOf(await preview(key, to.edit))).toBe("preview_not_found");
  });

  it("of an older attempt is not shown for the newer one", async () => {
    const { key, ...to } = await processing();
    await sendPreview(to, jpeg(64, 48));
    await api.callback(to.account, to.edit, { status: "failed" });
    while ((await api.getEdit(key, to.edit)).metrics.attempts < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await codeOf(await preview(key, to.edit))).toBe("preview_not_found");
    await sendPreview({ ...to, attempt: 2 }, jpeg(80, 60));
    expect((await preview(key, to.edit)).status).toBe(200);
  });

  it("is its account's alone", async () => {
    const { key: _, ...to } = await processing();
    await sendPreview(to, jpeg(64, 48));
    const { key } = await api.customer();
    expect(await codeOf(await preview(key, to.edit))).toBe("edit_not_found");
  });

  it("goes with its edit", async () => {
    const { key, ...to } = await processing();
    await sendPreview(to, jpeg(64, 48));
    await api.send("DELETE", `/v1/edits/${to.edit}`, { token: key });
    expect(await codeOf(await preview(key, to.edit))).toBe("edit_deleted");
    const prefix = `previews/${to.account}/${to.edit}/`;
    expect((await env.BUCKET.list({ prefix })).objects).toEqual([]);
  });

  it("is a picture of at most a mebibyte", async () => {
    const { key: _, ...to } = await processing();
    const large = new Uint8Array(limits.previewBytes + 1);
    expect(await codeOf(await sendPreview(to, large))).toBe("body_too_large");
    const page = await sendPreview(to, png(64, 48), "text/html");
    expect(await codeOf(page)).toBe("content_type_unsupported");
  });
});
