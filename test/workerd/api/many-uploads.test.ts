import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Upload } from "../../../schemas/upload.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { createUpload } from "../harness/clients.ts";

const bytes = 20_000_000;
const chunk = new Uint8Array(64 * 1024);

/** A picture's header and then any bytes, made as they are read. */
function picture(): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream(
    {
      pull(controller) {
        const next = left === bytes ? png(640, 480) : chunk.slice(0, left);
        left -= next.length;
        controller.enqueue(next);
        if (left === 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

describe("50 uploads of 20 MB at once", () => {
  it("succeed in one isolate", async () => {
    const { id, key } = await api.customer();
    const uploads = await Promise.all(
      Array.from({ length: 50 }, () => createUpload(key, { bytes })),
    );
    const answers = await Promise.all(
      uploads.map(({ upload_url }) =>
        api.send("PUT", upload_url ?? "", {
          body: picture(),
          headers: { "content-length": String(bytes) },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const complete = await Promise.all(answers.map((answer) => answer.json<Upload>()));
    expect(new Set(complete.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(complete.every((upload) => upload.bytes === bytes && upload.width === 640)).toBe(true);
    const { objects } = await env.BUCKET.list({ prefix: `uploads/${id}/` });
    expect(objects.map(({ size }) => size)).toEqual(objects.map(() => bytes));
    expect(objects).toHaveLength(50);
  }, 300_000);
});
