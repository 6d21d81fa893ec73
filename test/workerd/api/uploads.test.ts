import { createHash } from "node:crypto";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import { partBytes } from "../../../functions/images/parts.ts";
import { limits } from "../../../schemas/limits.ts";
import type { Upload } from "../../../schemas/upload.ts";
import { ascii, gif, heic, jpeg, png, webpExtended } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { complete, createUpload, pictureOf, putPart, uploaded } from "../harness/clients.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const codeOf = async (answer: Response) => (await api.problemOf(answer)).code;
const keysOf = async (account: string) =>
  (await env.BUCKET.list({ prefix: `uploads/${account}/` })).objects.map(({ key }) => key);

async function getUpload(key: string, id: string): Promise<Upload> {
  return (await api.send("GET", `/v1/uploads/${id}`, { token: key })).json<Upload>();
}

/** A file of three parts, the last one short. */
const file = pictureOf(2 * partBytes + 1_000, png(640, 480));

describe("an upload in one PUT", () => {
  it.each([
    ["png", png(640, 480, { bitDepth: 16 })],
    ["jpeg", jpeg(640, 480)],
    ["webp", webpExtended(640, 480)],
    ["heic", heic(640, 480)],
    ["avif", heic(640, 480, { brand: "avif" })],
  ])("of a %s is complete with its size, SHA-256 and displayed size", async (format, bytes) => {
    const { key } = await api.customer();
    const upload = await uploaded(key, bytes);
    expect(upload).toMatchObject({
      status: "complete",
      upload_url: null,
      url_expires_at: null,
      bytes: bytes.length,
      sha256: sha256(bytes),
      format,
      width: 640,
      height: 480,
      end_user: null,
    });
    expect(await getUpload(key, upload.id)).toEqual(upload);
    expect(await (await complete(key, upload.id)).json()).toEqual(upload);
  });

  it("of a turned photograph is told from a mask that fits it as its file stores it", async () => {
    const { key } = await api.customer();
    const image = await uploaded(key, jpeg(640, 480, { orientation: 6 }));
    expect([image.width, image.height]).toEqual([480, 640]);
    const mask = await uploaded(key, png(640, 480));
    const json = { image: image.id, mask: mask.id };
    const refused = await api.send("POST", "/v1/edits", { token: key, json });
    expect(await codeOf(refused)).toBe("mask_orientation_mismatch");
  });

  it.each([
    ["a GIF", gif, "image_format_unsupported"],
    ["a text", ascii("hello"), "image_unreadable"],
    ["a page that says to be a picture", ascii("<html><!-- \x89PNG -->"), "image_unreadable"],
    ["an animated PNG", png(640, 480, { animated: true }), "image_animated"],
    ["a HEIC sequence", heic(640, 480, { brand: "hevc" }), "image_animated"],
    ["a picture of 30,000 x 30,000 pixels", png(30_000, 30_000), "image_side_too_long"],
    ["no bytes", new Uint8Array(), "image_unreadable"],
  ])("of %s is refused, leaves nothing, and can be sent again", async (_name, bytes, code) => {
    const { id: account, key } = await api.customer();
    const { id, upload_url } = await createUpload(key);
    expect(await codeOf(await api.put(upload_url ?? "", bytes))).toBe(code);
    expect(await keysOf(account)).toEqual([]);
    expect((await api.put(upload_url ?? "", png(640, 480))).status).toBe(200);
    expect((await getUpload(key, id)).status).toBe("complete");
  });

  it.each([
    ["another length", { bytes: 99 }],
    ["another type", { content_type: "image/webp" as const }],
    ["another SHA-256", { sha256: "0".repeat(64) }],
  ])("that was announced with %s is refused and leaves nothing", async (_name, announced) => {
    const { id: account, key } = await api.customer();
    const { upload_url } = await createUpload(key, announced);
    const bytes = png(640, 480);
    expect(bytes.length).toBeLessThan(99);
    expect(await codeOf(await api.put(upload_url ?? "", bytes))).toBe("upload_mismatch");
    expect(await keysOf(account)).toEqual([]);
  });

  it.each([
    ["no length", undefined, "length_required"],
    ["fewer bytes than its length", "100", "request_malformed"],
    ["more bytes than its length", "10", "request_malformed"],
    ["more bytes than were announced", "61", "body_too_large"],
    ["more bytes than anything may have", String(limits.imageBytes + 1), "body_too_large"],
  ])("with %s is refused and leaves nothing", async (_name, length, code) => {
    const { id: account, key } = await api.customer();
    const announced = code === "body_too_large" && length === "61" ? { bytes: 60 } : undefined;
    const { upload_url } = await createUpload(key, announced);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(png(640, 480));
        controller.close();
      },
    });
    const headers = length === undefined ? {} : { "content-length": length };
    // Through the handler itself: a client's own stack would not send such a body.
    const answer = await api.send("PUT", upload_url ?? "", { body, headers, environment: {} });
    expect(await codeOf(answer)).toBe(code);
    expect(await keysOf(account)).toEqual([]);
  });

  it("keeps what came first, whoever else sends something", async () => {
    const { id: account, key } = await api.customer();
    const { id, upload_url } = await createUpload(key);
    const files = [png(64, 64), png(65, 64), png(66, 64), png(67, 64)];
    const answers = await Promise.all(files.map((bytes) => api.put(upload_url ?? "", bytes)));
    const won = answers.findIndex(({ status }) => status === 200);
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409, 409]);
    expect((await getUpload(key, id)).sha256).toBe(sha256(files[won] ?? gif));
    expect((await api.put(upload_url ?? "", files[won] ?? gif)).status).toBe(200);
    expect(await keysOf(account)).toHaveLength(1);
  });
});

describe("an upload in parts", () => {
  const announced = { method: "parts", bytes: file.length, sha256: sha256(file) } as const;

  it("takes parts in any order and again, tells what is missing, and is complete with the file's bytes", async () => {
    const { id: account, key } = await api.customer();
    const upload = await createUpload(key, announced);
    expect(upload.upload_url).toBeNull();
    expect(upload.parts.map(({ number, bytes, received }) => [number, bytes, received])).toEqual([
      [1, partBytes, false],
      [2, partBytes, false],
      [3, 1_000, false],
    ]);
    for (const number of [3, 1, 3]) expect((await putPart(upload, number, file)).status).toBe(200);
    const { parts } = await getUpload(key, upload.id);
    expect(parts.map(({ received }) => received)).toEqual([true, false, true]);
    const early = await api.problemOf(await complete(key, upload.id));
    expect(early).toMatchObject({
      code: "upload_incomplete",
      detail: expect.stringContaining("2"),
    });

    await putPart(upload, 2, file);
    const done = await (await complete(key, upload.id)).json<Upload>();
    expect(done).toMatchObject({
      status: "complete",
      bytes: file.length,
      sha256: sha256(file),
      format: "png",
      width: 640,
    });
    const [stored] = await keysOf(account);
    const object = await env.BUCKET.get(stored ?? "");
    expect(sha256(new Uint8Array((await object?.arrayBuffer()) ?? []))).toBe(sha256(file));
    expect(await (await complete(key, upload.id)).json()).toEqual(done);
    expect(await codeOf(await putPart(upload, 1, file))).toBe("content_conflict");
  });

  it("begins one file though all its parts come at once, and is completed once though asked at once", async () => {
    const { key } = await api.customer();
    const upload = await createUpload(key, announced);
    const sent = await Promise.all([1, 2, 3].map((number) => putPart(upload, number, file)));
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
    const done = await Promise.all([1, 2, 3].map(() => complete(key, upload.id)));
    expect(done.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await getUpload(key, upload.id)).sha256).toBe(sha256(file));
  });

  it("whose part was lost by the bucket asks for its bytes again", async () => {
    const { id: account, key } = await api.customer();
    const upload = await createUpload(key, announced);
    for (const number of [1, 2, 3]) await putPart(upload, number, file);
    await accountStub(env.ACCOUNT, account).notePart(upload.id, { number: 2, etag: "gone" }, "");
    expect(await codeOf(await complete(key, upload.id))).toBe("upload_incomplete");
    for (const number of [1, 2, 3]) await putPart(upload, number, file);
    expect((await complete(key, upload.id)).status).toBe(200);
  });

  it.each([
    [
      "another file than announced",
      { ...announced, sha256: "0".repeat(64) },
      file,
      "upload_mismatch",
    ],
    [
      "another type than announced",
      {
        ...announced,
        sha256: sha256(pictureOf(file.length, jpeg(64, 64))),
        content_type: "image/png",
      },
      pictureOf(file.length, jpeg(64, 64)),
      "upload_mismatch",
    ],
    [
      "no picture",
      { method: "parts", bytes: file.length },
      pictureOf(file.length, ascii("text")),
      "image_unreadable",
    ],
  ] as const)(
    "that makes %s is refused, leaves nothing, and can be sent again",
    async (_name, request, sent, code) => {
      const { id: account, key } = await api.customer();
      const upload = await createUpload(key, request);
      for (const number of [1, 2, 3]) await putPart(upload, number, sent);
      expect(await codeOf(await complete(key, upload.id))).toBe(code);
      expect(await keysOf(account)).toEqual([]);
      const { parts, status } = await getUpload(key, upload.id);
      expect(status).toBe("pending");
      expect(parts.some(({ received }) => received)).toBe(false);
    },
  );

  it("takes a part of its own length alone, at its own URL alone", async () => {
    const { key } = await api.customer();
    const upload = await createUpload(key, announced);
    const [first, , third] = upload.parts;
    expect(await codeOf(await api.put(third?.upload_url ?? "", file.slice(0, 999)))).toBe(
      "request_malformed",
    );
    expect(await codeOf(await api.put(third?.upload_url ?? "", file.slice(0, 1_001)))).toBe(
      "body_too_large",
    );
    const elsewhere = first?.upload_url?.replace("/1/1?", "/1/2?") ?? "";
    expect(await codeOf(await api.put(elsewhere, file.slice(0, 10)))).toBe("url_signature_invalid");
    expect((await getUpload(key, upload.id)).parts.some(({ received }) => received)).toBe(false);
  });

  it("has to be announced with its length, which may be what a picture may have", async () => {
    const { key } = await api.customer();
    const ask = (json: object) => api.send("POST", "/v1/uploads", { token: key, json });
    expect(await api.problemOf(await ask({ method: "parts" }))).toMatchObject({
      code: "request_invalid",
      errors: [{ pointer: "/bytes" }],
    });
    const tooLong = { method: "parts", bytes: limits.imageBytes + 1 };
    expect(await codeOf(await ask(tooLong))).toBe("request_invalid");
    const longest = await createUpload(key, { method: "parts", bytes: limits.imageBytes });
    expect(longest.parts).toHaveLength(10);
  });
});

describe("an upload's URLs", () => {
  it("are valid for as long as was asked, and are signed again on demand", async () => {
    const { key } = await api.customer();
    const short = await createUpload(key, { url_seconds: 60 });
    const until = (upload: Upload) => Date.parse(upload.url_expires_at ?? "") - Date.now();
    expect(until(short)).toBeLessThanOrEqual(60_000);
    const path = `/v1/uploads/${short.id}/sign`;
    const signed = await api.send("POST", path, { token: key, json: { url_seconds: 3_600 } });
    expect(until(await signed.json<Upload>())).toBeGreaterThan(60_000);
    const whole = await (await api.send("POST", path, { token: key })).json<Upload>();
    expect(whole.url_expires_at?.slice(0, 19)).toBe(whole.expires_at.slice(0, 19));
    expect(
      await codeOf(await api.send("POST", path, { token: key, json: { url_seconds: 0 } })),
    ).toBe("request_invalid");
  });

  it("take nothing once their time is over, and a fresh one does", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await createUpload(key);
    const old = { purpose: "upload", method: "PUT", account, edit: id, attempt: 0 } as const;
    const expired = api.containerUrl({ ...old, exp: 1_000_000_000 });
    expect(await codeOf(await api.put(expired, png(64, 64)))).toBe("url_expired");
    const { upload_url } = await getUpload(key, id);
    expect((await api.put(upload_url ?? "", png(64, 64))).status).toBe(200);
  });

  it("of a form's and of JSON's edit lead the container to the bytes that were recorded, and to no others", async () => {
    const { id: account, key } = await api.customer();
    const upload = await uploaded(key, png(640, 480));
    const json = { image: upload.id, mask: upload.id, prompt: "a door" };
    const made = await api.send("POST", "/v1/edits", { token: key, json });
    const { id: edit } = await made.json<{ id: string }>();
    await api.until(key, edit, "starting");
    const url = api.containerUrl({ purpose: "input", method: "GET", account, edit });
    const input = await api.send("GET", url);
    expect(input.status).toBe(200);
    expect(sha256(new Uint8Array(await input.arrayBuffer()))).toBe(upload.sha256);
    await env.BUCKET.put(`uploads/${account}/${upload.id}`, png(64, 64));
    expect(await codeOf(await api.send("GET", url))).toBe("output_gone");
  });
});

describe("a picture's header", () => {
  it("is found where it goes on beyond the first bytes: after a WebP's pixels, and between a JPEG's profiles", async () => {
    const { key } = await api.customer();
    const exif = jpeg(1, 1, { orientation: 6 }).slice(12, 38);
    const pixels = new Uint8Array(400_000);
    const chunk = (type: string, data: Uint8Array) => {
      const head = new Uint8Array(8);
      head.set(ascii(type));
      new DataView(head.buffer).setUint32(4, data.length, true);
      return [head, data];
    };
    const flags = webpExtended(640, 480).slice(20, 30);
    flags[0] = 0x08;
    const body = Buffer.concat([
      ascii("WEBP"),
      ...chunk("VP8X", flags),
      ...chunk("VP8 ", pixels),
      ...chunk("EXIF", exif),
    ]);
    const webp = new Uint8Array(Buffer.concat(chunk("RIFF", body)));
    expect(await uploaded(key, webp)).toMatchObject({ format: "webp", width: 480, height: 640 });

    const profile = [Uint8Array.of(0xff, 0xe2, 0xff, 0xf1), new Uint8Array(0xffef)];
    const profiles = Array.from({ length: 9 }, () => profile).flat();
    const long = new Uint8Array(
      Buffer.concat([jpeg(640, 480).slice(0, 2), ...profiles, jpeg(640, 480).slice(2)]),
    );
    expect(await uploaded(key, long)).toMatchObject({ format: "jpeg", width: 640, height: 480 });
  });
});
