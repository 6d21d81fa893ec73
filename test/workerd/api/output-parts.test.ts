import { createHash } from "node:crypto";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits } from "../../../schemas/limits.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { pictureOf } from "../harness/clients.ts";

const part = limits.outputPartBytes;
const file = pictureOf(part + 1_000, png(640, 480));
const codeOf = async (answer: Response) => (await api.problemOf(answer)).code;

/** A fresh edit's output: its URL, which allows so many bytes, and what lies in the bucket of it. */
async function output(maxBytes = 400_000_000) {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  const url = api.containerUrl({ purpose: "output", method: "PUT", account, edit, maxBytes });
  const keys = async () =>
    (await env.BUCKET.list({ prefix: `outputs/${account}/` })).objects.map(({ key: name }) => name);
  return { account, key, edit, url, keys };
}

const putPart = (
  url: string,
  number: number,
  bytes = file.slice((number - 1) * part, number * part),
) => api.put(`${url}&part=${number}`, bytes);
const join = (url: string, parts: number) => api.put(`${url}&parts=${parts}`, new Uint8Array());

describe("an output of more than 50 MiB", () => {
  it("goes up in parts, in any order and again, and is one file once it is put together", async () => {
    const { account, edit, url, keys } = await output();
    expect((await putPart(url, 2)).status).toBe(201);
    expect(await api.problemOf(await join(url, 2))).toMatchObject({
      code: "upload_incomplete",
      detail: expect.stringContaining("1"),
    });
    expect((await putPart(url, 1)).status).toBe(201);
    expect((await putPart(url, 1)).status).toBe(200);
    expect(await codeOf(await putPart(url, 2, png(64, 64)))).toBe("content_conflict");
    const [first, second] = await Promise.all([join(url, 2), join(url, 2)]);
    expect([200, 201]).toContain(first.status);
    expect([200, 201, 409]).toContain(second.status);
    expect(await keys()).toEqual([`outputs/${account}/${edit}/1/0`]);
    expect((await join(url, 2)).status).toBe(200);

    const result = api.containerUrl({ purpose: "result", method: "GET", account, edit });
    const answer = await api.send("GET", result);
    expect(answer.headers.get("content-type")).toBe("image/png");
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(file));
  });

  it("cannot be longer than its URL allows, nor its parts of other lengths, nor one PUT that long", async () => {
    const { url, keys } = await output(png(64, 64).length - 1);
    await putPart(url, 1, png(64, 64));
    expect(await codeOf(await join(url, 1))).toBe("body_too_large");
    const uneven = await output();
    for (const number of [1, 2]) await putPart(uneven.url, number, png(64, 64));
    expect(await codeOf(await join(uneven.url, 2))).toBe("request_malformed");
    expect(await keys()).toHaveLength(1);
    const whole = await api.send("PUT", uneven.url, {
      body: png(64, 64),
      headers: { "content-type": "image/png", "content-length": String(60 * 2 ** 20) },
    });
    expect(await codeOf(whole)).toBe("body_too_large");
  });

  it("leaves no part when its edit is deleted", async () => {
    const { key, edit, url, keys } = await output();
    await putPart(url, 1, png(64, 64));
    await api.send("DELETE", `/v1/edits/${edit}`, { token: key });
    expect(await keys()).toEqual([]);
  });
});
