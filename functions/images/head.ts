import { err, type Result } from "../result.ts";
import { Bytes, type Stretch } from "./bytes.ts";
import { tryHeader, type HeaderProblem, type ImageHeader } from "./header.ts";

/** How much of a file is kept while it streams by, for its header. */
export const headBytes = 192 * 1024;

/** The first bytes of what streams by. */
export class Head {
  #pieces: Uint8Array[] = [];
  #room: number;

  constructor(room: number = headBytes) {
    this.#room = room;
  }

  take(chunk: Uint8Array): void {
    if (this.#room === 0) return;
    const kept = chunk.slice(0, this.#room);
    this.#pieces.push(kept);
    this.#room -= kept.length;
  }

  read(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }
}

/** A picture that lies in R2: an object, or a range of one, with its first bytes at hand. */
export interface StoredPicture {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly head: Uint8Array;
}

const stretchBytes = 8 * 1024;
const mostStretches = 16;

/**
 * What a stored picture's header says. Where it goes on beyond the first bytes, after the pixels of a WebP or between the
 * segments of a JPEG with much metadata, at most 16 stretches of 8 KiB are read from there.
 */
export async function inspectPicture(
  picture: StoredPicture,
): Promise<Result<ImageHeader, HeaderProblem>> {
  const { bucket, key, offset, length, head } = picture;
  const more: Stretch[] = [];
  for (;;) {
    const at = tryHeader(new Bytes(head.subarray(0, length), length, more));
    if (typeof at !== "number") return at;
    if (more.length === mostStretches) return err(scattered);
    const range = { offset: offset + at, length: Math.min(stretchBytes, length - at) };
    const object = await bucket.get(key, { range });
    if (object === null) return err(scattered);
    more.push({ at, bytes: new Uint8Array(await object.arrayBuffer()) });
  }
}

const scattered: HeaderProblem = {
  code: "image_unreadable",
  detail: "The file's header is too long. Export the picture with less metadata.",
};
