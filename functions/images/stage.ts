import { createHash } from "node:crypto";
import { err, ok, type Result } from "../result.ts";
import { MultipartScanner, type MultipartPart } from "./multipart.ts";

/** What is known of a staged object: its bytes passed by once. */
export interface Staged {
  readonly length: number;
  readonly sha256: string;
  readonly md5: string;
  /** The first 512 KiB, for the header. */
  readonly head: Uint8Array;
}

export type StageProblem = "too_large" | "length_differs";

const headBytes = 512 * 1024;
const partBytes = 8 * 1024 * 1024;

/** The body was not what its sender said. */
class BodyError extends Error {
  readonly problem: StageProblem;

  constructor(problem: StageProblem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Streams a multipart body of known length into one R2 object and notes where its parts lie. No body is held whole.
 *
 * @throws {MultipartError} where the body is no multipart/form-data; nothing is left behind then.
 */
export async function stageMultipart(request: {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly contentLength: number;
  readonly boundary: string;
}): Promise<MultipartPart[]> {
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
 * Streams a file of known length to a key that may be taken already: then the file is measured only, and `stored` is
 * false. Of writers at the same time one is the first (R2's `onlyIf`).
 */
export async function stageOnce(request: {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly contentLength: number;
  readonly maxBytes: number;
  readonly contentType?: string;
}): Promise<Result<{ readonly staged: Staged; readonly stored: boolean }, StageProblem>> {
  const meter = new Meter(request.maxBytes);
  try {
    const stored = await putStream({ ...request, once: true }, (chunk) => meter.take(chunk));
    return ok({ staged: meter.read(), stored });
  } catch (error) {
    if (error instanceof BodyError) return err(error.problem);
    throw error;
  }
}

/**
 * Streams a file into R2. Of a length that is not known before, at most `maxBytes` are taken, in parts of 8 MiB.
 * Nothing is left behind by a failure.
 */
export async function stageStream(request: {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly contentLength: number | null;
  readonly maxBytes: number;
  readonly contentType?: string;
}): Promise<Result<Staged, StageProblem>> {
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

/** Counts and hashes what passes by. */
class Meter {
  #sha256 = createHash("sha256");
  #md5 = createHash("md5");
  #head: Uint8Array[] = [];
  #headLength = 0;
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
    if (this.#headLength < headBytes) {
      const kept = chunk.slice(0, headBytes - this.#headLength);
      this.#head.push(kept);
      this.#headLength += kept.length;
    }
  }

  read(): Staged {
    return {
      length: this.#length,
      sha256: this.#sha256.digest("hex"),
      md5: this.#md5.digest("hex"),
      head: new Uint8Array(Buffer.concat(this.#head)),
    };
  }
}

interface PutRequest {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType?: string;
  /** Whether the key has to be free. */
  readonly once?: boolean;
}

/** Returns whether the object was stored; it is not where `once` finds the key taken. */
async function putStream(
  request: PutRequest & { readonly contentLength: number },
  take: (chunk: Uint8Array) => void,
): Promise<boolean> {
  const { bucket, key, body, contentLength } = request;
  const fixed = new FixedLengthStream(contentLength);
  const stored: Promise<R2Object | null> = bucket.put(key, fixed.readable, options(request));
  const copied = copy({ body, contentLength, take, to: fixed.writable.getWriter(), stored });
  const [copying, storing] = await Promise.allSettled([copied, stored]);
  const object = storing.status === "fulfilled" ? storing.value : null;
  if (copying.status === "fulfilled" && storing.status === "fulfilled") return object !== null;
  // Only what this call has written: under the key may lie another writer's object.
  if (object !== null) await bucket.delete(key);
  // What went wrong with the body is the cause of what went wrong with the object.
  throw copying.status === "rejected" ? copying.reason : (storing as PromiseRejectedResult).reason;
}

async function copy(job: {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentLength: number;
  readonly take: (chunk: Uint8Array) => void;
  readonly to: WritableStreamDefaultWriter<ArrayBuffer | ArrayBufferView>;
  readonly stored: Promise<unknown>;
}): Promise<void> {
  // A put that is decided reads no further; the rest of the body is measured all the same.
  let reading = true;
  const decided = job.stored.finally(() => {
    reading = false;
  });
  decided.catch(() => undefined);
  let length = 0;
  try {
    for await (const chunk of job.body) {
      length += chunk.length;
      if (length > job.contentLength) throw new BodyError("length_differs");
      job.take(chunk);
      if (reading) await Promise.race([job.to.write(chunk), decided]);
    }
    if (length !== job.contentLength) throw new BodyError("length_differs");
    if (reading) await Promise.race([job.to.close(), decided]);
  } catch (error) {
    await job.to.abort(error).catch(() => undefined);
    throw error;
  }
}

async function putUnknown(request: PutRequest, meter: Meter): Promise<void> {
  const { bucket, key, body } = request;
  const upload = await bucket.createMultipartUpload(key, options(request));
  try {
    const parts: R2UploadedPart[] = [];
    let pending: Uint8Array[] = [];
    let size = 0;
    const flush = async () => {
      parts.push(await upload.uploadPart(parts.length + 1, Buffer.concat(pending)));
      pending = [];
      size = 0;
    };
    for await (const chunk of body) {
      meter.take(chunk);
      // R2 wants all parts but the last to be of one size.
      for (let at = 0; at < chunk.length;) {
        const piece = chunk.subarray(at, at + partBytes - size);
        pending.push(piece);
        size += piece.length;
        at += piece.length;
        if (size === partBytes) await flush();
      }
    }
    if (size > 0 || parts.length === 0) await flush();
    await upload.complete(parts);
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

function options({ contentType, once }: PutRequest): R2PutOptions {
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    ...(once === true ? { onlyIf: { etagDoesNotMatch: "*" } } : {}),
  };
}
