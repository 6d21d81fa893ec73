import { createHash } from "node:crypto";
import { err, ok, type Result } from "../result.ts";
import { joinObjects } from "./join.ts";
import { Head } from "./head.ts";
import { BodyError, inTime, storeStream, type Arriving, type BodyProblem } from "./body.ts";
import { pieceKey } from "./object-keys.ts";
import { MultipartScanner, type MultipartPart } from "./multipart.ts";

/** What is known of a staged object: its bytes passed by once. */
export interface Staged {
  readonly length: number;
  readonly sha256: string;
  readonly md5: string;
  /** The first bytes, for the header. */
  readonly head: Uint8Array;
}

/** What is held of a body whose length is not known, at most. */
const pieceBytes = 512 * 1024;

/**
 * Streams a multipart body of known length into one R2 object and notes where its parts lie. No body is held whole.
 *
 * @throws {MultipartError} where the body is no multipart/form-data; nothing is left behind then.
 * @throws {BodyError} where it is not as long as declared, or too slow; nothing is left behind either.
 */
export async function stageMultipart(
  request: Arriving & {
    readonly bucket: R2Bucket;
    readonly key: string;
    readonly contentLength: number;
    readonly boundary: string;
  },
): Promise<MultipartPart[]> {
  const scanner = new MultipartScanner(request.boundary);
  await putStream(request, (chunk) => scanner.push(chunk));
  try {
    return scanner.finish();
  } catch (error) {
    await request.bucket.delete(request.key);
    throw error;
  }
}

/**
 * Streams a file of known length to a key that may be taken already: then the file is measured only, and `etag` is
 * null. Of writers at the same time one is the first (R2's `onlyIf`).
 */
export async function stageOnce(
  request: Arriving & {
    readonly bucket: R2Bucket;
    readonly key: string;
    readonly contentLength: number;
    readonly maxBytes: number;
    readonly contentType?: string;
  },
): Promise<Result<{ readonly staged: Staged; readonly etag: string | null }, BodyProblem>> {
  const meter = new Meter(request.maxBytes);
  try {
    const object = await putStream({ ...request, once: true }, (chunk) => meter.take(chunk));
    return ok({ staged: meter.read(), etag: object?.etag ?? null });
  } catch (error) {
    if (error instanceof BodyError) return err(error.problem);
    throw error;
  }
}

/**
 * Streams a file from elsewhere into R2. Of a length that is not known before, at most `maxBytes` are taken, in pieces
 * of 512 KiB. Nothing is left behind by a failure.
 */
export async function stageStream(
  request: Arriving & {
    readonly bucket: R2Bucket;
    readonly key: string;
    readonly contentLength: number | null;
    readonly maxBytes: number;
    readonly contentType?: string;
  },
): Promise<Result<Staged, BodyProblem>> {
  const { contentLength, maxBytes } = request;
  if (contentLength !== null && contentLength > maxBytes) {
    await request.body.cancel();
    return err("too_large");
  }
  const meter = new Meter(maxBytes);
  try {
    if (contentLength === null) {
      await putUnknown(request, meter);
    } else {
      await putStream({ ...request, contentLength }, (chunk) => meter.take(chunk));
    }
  } catch (error) {
    await request.body.cancel().catch(() => undefined);
    if (error instanceof BodyError) return err(error.problem);
    throw error;
  }
  return ok(meter.read());
}

/** Puts bytes that are in memory already. */
export async function stageBytes(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array,
): Promise<Staged> {
  const meter = new Meter(bytes.length);
  meter.take(bytes);
  await bucket.put(key, bytes);
  return meter.read();
}

/** Reads a file that is stored already: its length, its hashes and its first bytes. */
export async function measure(body: ReadableStream<Uint8Array>): Promise<Staged> {
  const meter = new Meter(Infinity);
  for await (const chunk of body) meter.take(chunk);
  return meter.read();
}

/** Counts and hashes what passes by. */
class Meter {
  #sha256 = createHash("sha256");
  #md5 = createHash("md5");
  #head = new Head();
  #length = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  take(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) throw new BodyError("too_large");
    this.#sha256.update(chunk);
    this.#md5.update(chunk);
    this.#head.take(chunk);
  }

  read(): Staged {
    return {
      length: this.#length,
      sha256: this.#sha256.digest("hex"),
      md5: this.#md5.digest("hex"),
      head: this.#head.read(),
    };
  }
}

interface PutRequest extends Arriving {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly contentType?: string;
  /** Whether the key has to be free. */
  readonly once?: boolean;
}

/** The stored object; null where `once` finds the key taken. */
async function putStream(
  request: PutRequest & { readonly contentLength: number },
  take: (chunk: Uint8Array) => void,
): Promise<R2Object | null> {
  const { bucket, key } = request;
  return storeStream<R2Object | null>({
    ...request,
    take,
    store: (readable) => bucket.put(key, readable, options(request)),
    // Only what this call has written: under the key may lie another writer's object.
    undo: async (stored) => {
      if (stored !== null) await bucket.delete(key);
    },
  });
}

/**
 * R2 wants to know a length before it takes a stream, so that a body without one lies in pieces first; a short one is
 * put at once.
 */
async function putUnknown(request: PutRequest, meter: Meter): Promise<void> {
  const { bucket, key } = request;
  const pieces: string[] = [];
  const piece = new Uint8Array(pieceBytes);
  let size = 0;
  let total = 0;
  try {
    for await (const chunk of inTime(request)) {
      meter.take(chunk);
      total += chunk.length;
      for (let at = 0; at < chunk.length;) {
        if (size === pieceBytes) {
          pieces.push(pieceKey(key, pieces.length));
          await bucket.put(pieces.at(-1) ?? "", piece);
          size = 0;
        }
        const part = chunk.subarray(at, at + pieceBytes - size);
        piece.set(part, size);
        size += part.length;
        at += part.length;
      }
    }
    const last = piece.subarray(0, size);
    if (pieces.length === 0) {
      await bucket.put(key, last, options(request));
      return;
    }
    pieces.push(pieceKey(key, pieces.length));
    await bucket.put(pieces.at(-1) ?? "", last);
    await joinObjects({ bucket, key, pieces, length: total, options: options(request) });
  } finally {
    if (pieces.length > 0) await bucket.delete(pieces);
  }
}

function options({ contentType, once }: PutRequest): R2PutOptions {
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    ...(once === true ? { onlyIf: { etagDoesNotMatch: "*" } } : {}),
  };
}
