import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { urlsOutlive } from "../../../functions/account/context.ts";
import { performNow } from "../../../functions/dispatch/perform.ts";
import { accountStub, servicesOf } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { createUpload, mintToken, pictureOf, putPart, uploaded } from "../harness/clients.ts";
import { deliverResult } from "../harness/container.ts";

/** Every key of the bucket that has this in it. */
async function keysWith(text: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await env.BUCKET.list(cursor === undefined ? {} : { cursor });
    keys.push(...page.objects.map(({ key }) => key).filter((key) => key.includes(text)));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return keys;
}

/** Runs a statement in an account's database; returns its rows. */
async function sql(account: string, statement: string): Promise<Record<string, unknown>[]> {
  return runInDurableObject(accountStub(env.ACCOUNT, account), (_account, state) =>
    state.storage.sql.exec(statement).toArray(),
  );
}

/** Has an account do what is due. */
async function wake(account: string): Promise<void> {
  await performNow(servicesOf(env), await accountStub(env.ACCOUNT, account).wake());
}

/** What a container writes late: an output, a preview, and the manifest, to URLs that are still valid. */
async function writeLate(account: string, edit: string): Promise<void> {
  for (const purpose of ["output", "preview", "manifest"] as const) {
    const url = api.containerUrl({ purpose, method: "PUT", account, edit, index: 0 });
    const type = purpose === "manifest" ? "application/json" : "image/png";
    expect((await api.put(url, png(64, 64), type)).status).toBe(201);
  }
}

/** An edit that has succeeded, with all the files that one can have. */
async function finished(): Promise<{ account: string; key: string; edit: string }> {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  const preview = { purpose: "preview", method: "PUT", account, edit } as const;
  await api.put(api.containerUrl(preview), png(64, 64));
  await deliverResult({ account, edit });
  await api.until(key, edit, "succeeded");
  const folders = (await keysWith(edit)).map((name) => name.split("/")[0]);
  expect(folders).toEqual(["inputs", "outputs", "outputs", "previews"]);
  return { account, key, edit };
}

describe("of an edit", () => {
  it("that is deleted no key is left, and none of what its container writes afterwards", async () => {
    const { account, key, edit } = await finished();
    const deleted = await api.send("DELETE", `/v1/edits/${edit}`, { token: key });
    expect(deleted.status).toBe(204);
    expect(await keysWith(edit)).toEqual([]);

    await writeLate(account, edit);
    expect(await keysWith(edit)).toHaveLength(3);
    const [row] = await sql(
      account,
      "SELECT purge_at - max(deadline, deleted_at) AS after FROM edits",
    );
    expect(row?.["after"]).toBe(urlsOutlive);
    await sql(account, "UPDATE edits SET purge_at = 1");
    await wake(account);
    expect(await keysWith(edit)).toEqual([]);
    expect(await sql(account, "SELECT purge_at FROM edits")).toEqual([{ purge_at: null }]);
  });

  it("that is deleted while it runs no key is left, its result included", async () => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, edit, "starting");
    await api.send("DELETE", `/v1/edits/${edit}`, { token: key });
    await deliverResult({ account, edit });
    await sql(account, "UPDATE edits SET purge_at = 1");
    await wake(account);
    expect(await keysWith(edit)).toEqual([]);
  });

  it("whose time is over no key is left, and none of what its container writes afterwards", async () => {
    const { account, key, edit } = await finished();
    await sql(account, "UPDATE edits SET purge_at = 1");
    await wake(account);
    expect(await keysWith(edit)).toEqual([]);
    expect((await api.getEdit(key, edit)).outputs[0]?.url).toBeNull();

    await writeLate(account, edit);
    await sql(account, "UPDATE edits SET purge_at = 1");
    await wake(account);
    expect(await keysWith(edit)).toEqual([]);
  });

  it("that was made for an end user no key is left either, and the upload stays until it goes itself", async () => {
    const { id: account, key } = await api.customer();
    const token = await mintToken(key);
    const upload = await uploaded(token, png(640, 480));
    const json = { image: upload.id, mask: upload.id, prompt: "a door" };
    const made = await api.send("POST", "/v1/edits", { token, json });
    const { id: edit } = await made.json<Edit>();
    await api.until(key, edit, "starting");
    await deliverResult({ account, edit });
    await api.send("DELETE", `/v1/edits/${edit}`, { token: key });
    expect(await keysWith(edit)).toEqual([]);
    expect(await keysWith(upload.id)).toHaveLength(1);
    await api.send("DELETE", `/v1/uploads/${upload.id}`, { token: key });
    expect(await keysWith(account)).toEqual([`accounts/${account}`]);
  });
});

describe("an upload", () => {
  it("that nobody used is gone after a day, and so is what a late or slow PUT leaves", async () => {
    const { id: account, key } = await api.customer();
    const [left, late] = [await uploaded(key, png(64, 64)), await createUpload(key)];
    const [row] = await sql(account, "SELECT min(expires_at - created_at) AS lasts FROM uploads");
    expect(row?.["lasts"]).toBe(86_400_000);
    await sql(account, "UPDATE uploads SET expires_at = 1");
    await wake(account);
    expect(await keysWith(`uploads/${account}/`)).toEqual([]);
    const gone = await api.send("GET", `/v1/uploads/${left.id}`, { token: key });
    expect(await api.problemOf(gone)).toMatchObject({ code: "upload_not_found" });

    const refused = await api.problemOf(await api.put(late.upload_url ?? "", png(64, 64)));
    expect(refused.code).toBe("upload_not_found");
    expect(await keysWith(`uploads/${account}/`)).toEqual([]);

    // What a request leaves that died between its PUT and its answer.
    await env.BUCKET.put(`uploads/${account}/${late.id}`, png(64, 64));
    await wake(account);
    expect(await keysWith(late.id)).toHaveLength(1);
    const [tombstone] = await sql(account, "SELECT min(sweep_at) AS due FROM removed_uploads");
    expect(Number(tombstone?.["due"])).toBeGreaterThanOrEqual(Date.now() + urlsOutlive - 60_000);
    await sql(account, "UPDATE removed_uploads SET sweep_at = 1");
    await wake(account);
    expect(await keysWith(late.id)).toEqual([]);
    expect(await sql(account, "SELECT id FROM removed_uploads")).toEqual([]);
  });

  it("in parts that is deleted leaves no part in the bucket", async () => {
    const { id: account, key } = await api.customer();
    const file = pictureOf(6_000_000, png(640, 480));
    const upload = await createUpload(key, { method: "parts", bytes: file.length });
    await putPart(upload, 1, file);
    const [row] = await sql(account, "SELECT multipart FROM uploads");
    await api.send("DELETE", `/v1/uploads/${upload.id}`, { token: key });
    const parts = env.BUCKET.resumeMultipartUpload(
      `uploads/${account}/${upload.id}`,
      String(row?.["multipart"]),
    );
    await expect(parts.uploadPart(2, png(64, 64))).rejects.toThrow();
    const late = await api.problemOf(await putPart(upload, 2, file));
    expect(late.code).toBe("upload_not_found");
    expect(await sql(account, "SELECT * FROM upload_parts")).toEqual([]);
  });

  it("that an edit uses stays as long as the edit may ask for it", async () => {
    const { id: account, key } = await api.customer();
    const upload = await uploaded(key, png(640, 480));
    await sql(account, `UPDATE uploads SET expires_at = ${Date.now() + 5_000}`);
    const json = { image: upload.id, mask: upload.id, prompt: "a door" };
    const made = await api.send("POST", "/v1/edits", { token: key, json });
    const { expires_at } = await made.json<Edit>();
    const [row] = await sql(account, "SELECT expires_at FROM uploads");
    expect(row?.["expires_at"]).toBe(Date.parse(expires_at) + 3_600_000);
  });

  it("of a deleted account leaves nothing, parts included", async () => {
    const { id: account, key } = await api.customer();
    const file = pictureOf(6_000_000, png(640, 480));
    const upload = await createUpload(key, { method: "parts", bytes: file.length });
    await putPart(upload, 1, file);
    await uploaded(key, png(64, 64));
    const [row] = await sql(account, "SELECT multipart FROM uploads WHERE multipart IS NOT NULL");
    await api.send("DELETE", `/v1/admin/accounts/${account}`, { token: api.adminSecret });
    expect(await keysWith(account)).toEqual([`accounts/${account}`]);
    const id = String(row?.["multipart"]);
    const parts = env.BUCKET.resumeMultipartUpload(`uploads/${account}/${upload.id}`, id);
    await expect(parts.uploadPart(2, png(64, 64))).rejects.toThrow();
  });
});
