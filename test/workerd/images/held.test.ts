import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { storeStream } from "../../../functions/images/body.ts";
import { headBytes } from "../../../functions/images/head.ts";
import {
  measure,
  stageMultipart,
  stageOnce,
  stageStream,
} from "../../../functions/images/stage.ts";
import { ascii } from "../../pure/images/files.ts";

const mebibyte = 1024 * 1024;
const length = 20 * mebibyte;
const chunk = new Uint8Array(64 * 1024);

/** How far the reading of a body is ahead of the bucket's taking it, at its most. */
class Gap {
  most = 0;
  #read = 0;
  #taken = 0;

  read(bytes: number): void {
    this.#read += bytes;
    this.most = Math.max(this.most, this.#read - this.#taken);
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }
}

/** A body of these pieces and then of any bytes, as fast as it is read. */
function bodyOf(gap: Gap, total: number, ...pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  let left = total;
  return new ReadableStream(
    {
      pull(controller) {
        const next = pieces.shift() ?? chunk.slice(0, left);
        left -= next.length;
        gap.read(next.length);
        controller.enqueue(next);
        if (left === 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The bucket, behind a door that lets one chunk at a time in and waits between them. */
function slowly(gap: Gap, expected: number): R2Bucket {
  const through = (value: ReadableStream): ReadableStream => {
    const { readable, writable } = new FixedLengthStream(expected);
    const pass = async () => {
      const writer = writable.getWriter();
      for await (const bytes of value as ReadableStream<Uint8Array>) {
        await scheduler.wait(0);
        await writer.write(bytes);
        gap.take(bytes.length);
      }
      await writer.close();
    };
    pass().catch((error: unknown) => writable.abort(error));
    return readable;
  };
  return new Proxy(env.BUCKET, {
    get(bucket, name) {
      if (name !== "put") {
        const member: unknown = Reflect.get(bucket, name);
        return typeof member === "function" ? (member.bind(bucket) as unknown) : member;
      }
      return async (key: string, value: ReadableStream | Uint8Array, options?: R2PutOptions) => {
        if (value instanceof ReadableStream) return bucket.put(key, through(value), options);
        const stored = await bucket.put(key, value, options);
        gap.take(value.length);
        return stored;
      };
    },
  });
}

describe("of a body of 20 MiB, into a bucket that is slower than its sender,", () => {
  it("a file of known length is never a mebibyte ahead, its head included", async () => {
    const gap = new Gap();
    const staged = await stageOnce({
      bucket: slowly(gap, length),
      key: "held/known",
      body: bodyOf(gap, length),
      contentLength: length,
      maxBytes: length,
    });
    expect(staged).toMatchObject({ ok: true, value: { staged: { length } } });
    expect(gap.most).toBeGreaterThan(0);
    expect(gap.most + headBytes).toBeLessThanOrEqual(mebibyte);
  });

  it("a file of unknown length is never a mebibyte ahead, its head included, and leaves no piece", async () => {
    const gap = new Gap();
    // What lies in pieces is read once more, from the bucket: the door is at its end then.
    const staged = await stageStream({
      bucket: slowly(gap, length),
      key: "held/unknown",
      body: bodyOf(gap, length),
      contentLength: null,
      maxBytes: length,
    });
    expect(staged).toMatchObject({ ok: true, value: { length } });
    expect(gap.most + headBytes).toBeLessThanOrEqual(mebibyte);
    const { objects } = await env.BUCKET.list({ prefix: "held/unknown" });
    expect(objects.map(({ key, size }) => [key, size])).toEqual([["held/unknown", length]]);
  });

  it("a form is never a mebibyte ahead, what is kept of all its parts included", async () => {
    const gap = new Gap();
    const head = ascii(
      '--b\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n',
    );
    const last = ascii("\r\n--b--\r\n");
    const pieces = [head, ...Array.from({ length: 320 }, () => chunk), last];
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const parts = await stageMultipart({
      bucket: slowly(gap, total),
      key: "held/form",
      body: bodyOf(gap, total, ...pieces),
      contentLength: total,
      boundary: "b",
    });
    expect(parts).toMatchObject([{ name: "image", length }]);
    expect(gap.most + 4 * headBytes).toBeLessThanOrEqual(mebibyte);
  });

  it("a part is never a mebibyte ahead", async () => {
    const gap = new Gap();
    const upload = await env.BUCKET.createMultipartUpload("held/parts");
    const part = await storeStream({
      body: bodyOf(gap, length),
      contentLength: length,
      take: () => undefined,
      store: async (readable) => {
        const { readable: into, writable } = new FixedLengthStream(length);
        const writer = writable.getWriter();
        const stored = upload.uploadPart(1, into);
        for await (const bytes of readable as ReadableStream<Uint8Array>) {
          await writer.write(bytes);
          gap.take(bytes.length);
        }
        await writer.close();
        return stored;
      },
      undo: () => Promise.resolve(),
    });
    expect(part.partNumber).toBe(1);
    expect(gap.most).toBeLessThanOrEqual(mebibyte);
    await upload.abort();
  });

  it("a finished object is read in chunks, and no more of it is kept than its head", async () => {
    const object = await env.BUCKET.get("held/known");
    let most = 0;
    if (object === null) throw new Error("the object of the first test has gone");
    const counted = (object.body as ReadableStream<Uint8Array>).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, controller) {
          most = Math.max(most, bytes.length);
          controller.enqueue(bytes);
        },
      }),
    );
    const measured = await measure(counted);
    expect(measured).toMatchObject({ length, head: { length: headBytes } });
    expect(most + headBytes).toBeLessThanOrEqual(mebibyte);
  });
});
