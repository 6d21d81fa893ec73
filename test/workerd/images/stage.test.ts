import { createHash } from "node:crypto";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { purge } from "../../../functions/images/purge.ts";
import { stageStream } from "../../../functions/images/stage.ts";
import { writeOnce } from "../../../functions/images/write-once.ts";

const bucket = env.BUCKET;
let drawn = 0;
const freshKey = () => `test/${++drawn}`;

/** Bytes that differ from place to place. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, place) => (place * 31 + (place >> 8)) & 255);
}

/** A stream of these bytes in chunks of uneven sizes. */
function stream(bytes: Uint8Array, breaksOff = false): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) {
        if (breaksOff) controller.error(new Error("the connection broke"));
        else controller.close();
        return;
      }
      const chunk = bytes.slice(at, at + 70_001);
      at += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

const put = (key: string, bytes: Uint8Array, contentLength: number | null, maxBytes = 50_000_000) =>
  stageStream({ bucket, key, body: stream(bytes), contentLength, maxBytes });

describe("staging a file", () => {
  it.each([
    ["of known length", 300_000, 300_000],
    ["of unknown length, in one part", 300_000, null],
    ["of unknown length, in several parts", 20_000_000, null],
    ["of unknown length that fills its parts exactly", 16 * 1024 * 1024, null],
    ["of no bytes", 0, null],
  ])("%s keeps every byte and tells its hash", async (_sentence, length, declared) => {
    const key = freshKey();
    const bytes = pattern(length);
    const staged = await put(key, bytes, declared);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(staged).toMatchObject({ ok: true, value: { length, sha256 } });
    const stored = await (await bucket.get(key))?.arrayBuffer();
    expect(
      createHash("sha256")
        .update(new Uint8Array(stored ?? [1]))
        .digest("hex"),
    ).toBe(sha256);
  });

  it.each([
    ["longer than allowed, by its own word", 300_000, 300_000, "too_large"],
    ["longer than allowed, in chunks", 300_000, null, "too_large"],
    ["longer than allowed, in parts", 20_000_000, null, "too_large"],
    ["shorter than declared", 90_000, 99_000, "length_differs"],
    ["longer than declared", 99_000, 90_000, "length_differs"],
  ])("%s is refused and leaves nothing", async (_sentence, length, declared, problem) => {
    const key = freshKey();
    expect(
      await put(key, pattern(length), declared, length > 10_000_000 ? 18_000_000 : 100_000),
    ).toEqual({
      ok: false,
      problem,
    });
    expect(await bucket.head(key)).toBeNull();
  });

  it.each([[null], [400_000]])(
    "that breaks off leaves nothing (declared %s)",
    async (contentLength) => {
      const key = freshKey();
      const body = stream(pattern(300_000), true);
      const staging = stageStream({ bucket, key, body, contentLength, maxBytes: 1_000_000 });
      await expect(staging).rejects.toThrow("the connection broke");
      expect(await bucket.head(key)).toBeNull();
    },
  );
});

describe("writing once", () => {
  const write = (key: string, bytes: Uint8Array) =>
    writeOnce({
      bucket,
      key,
      body: stream(bytes),
      contentLength: bytes.length,
      maxBytes: 1_000_000,
    });

  it("creates, takes the same bytes again, and keeps the first against others", async () => {
    const key = freshKey();
    expect(await write(key, pattern(1000))).toMatchObject({ value: { type: "created" } });
    expect(await write(key, pattern(1000))).toMatchObject({ value: { type: "same" } });
    for (const other of [pattern(999), pattern(1001), pattern(1000).toReversed()]) {
      expect(await write(key, other)).toMatchObject({ value: { type: "conflict" } });
    }
    expect(new Uint8Array((await (await bucket.get(key))?.arrayBuffer()) ?? [])).toEqual(
      pattern(1000),
    );
  });

  it("has one winner among writers at the same time", async () => {
    const key = freshKey();
    const writers = Array.from({ length: 6 }, (_, writer) =>
      write(key, pattern(1000).fill(writer)),
    );
    const types = (await Promise.all(writers)).map((stored) =>
      stored.ok ? stored.value.type : "failed",
    );
    expect(types.filter((type) => type === "created")).toHaveLength(1);
    expect(types.filter((type) => type === "conflict")).toHaveLength(5);
  });
});

describe("purging a prefix", () => {
  it("removes every object under it, page after page, and nothing else", async () => {
    const [inside, beside] = [`${freshKey()}/`, freshKey()];
    await bucket.put(beside, "kept");
    for (let object = 0; object < 1_005; object += 67) {
      const batch = Array.from({ length: 67 }, (_, place) =>
        bucket.put(`${inside}${object + place}`, "x"),
      );
      await Promise.all(batch);
    }
    await purge(bucket, inside);
    expect((await bucket.list({ prefix: inside })).objects).toEqual([]);
    expect(await bucket.head(beside)).not.toBeNull();
  }, 60_000);
});
