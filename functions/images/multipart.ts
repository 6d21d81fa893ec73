import { createHash, type Hash } from "node:crypto";
import { headBytes } from "./head.ts";

/** One part of a multipart body, as it lies in the body: nothing of it is kept but its head or its text. */
export interface MultipartPart {
  readonly name: string;
  readonly filename: string | null;
  /** Where the part's content begins in the body, and its length, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
  /** The first bytes of a file. */
  readonly head: Uint8Array;
  /** The value of a field; null for a file. */
  readonly text: string | null;
}

/** Why a body is no multipart/form-data that this service takes. */
export class MultipartError extends Error {}

const fieldBytes = 64 * 1024;
/** What is kept of all parts together, so that no form is held by its many parts. */
const keptBytes = 4 * headBytes;
const headerBytes = 16 * 1024;
const maxParts = 32;

interface OpenPart {
  readonly name: string;
  readonly filename: string | null;
  readonly offset: number;
  readonly hash: Hash;
  head: Uint8Array[];
  headLength: number;
  length: number;
}

/**
 * Reads multipart/form-data (RFC 7578, RFC 2046 5.1) as it streams by, in chunks of any size, and notes where each
 * part lies. Memory stays bounded: a part's head (192 KiB) or value (64 KiB), 768 KiB of all of them, and what may be
 * half a delimiter.
 */
export class MultipartScanner {
  #delimiter: Uint8Array;
  #state: "preamble" | "after_delimiter" | "headers" | "content" | "epilogue" = "preamble";
  #pending: Uint8Array;
  /** Position in the body of `#pending`'s first byte. */
  #at: number;
  #part: OpenPart | null = null;
  #parts: MultipartPart[] = [];
  #room = keptBytes;

  constructor(boundary: string) {
    if (boundary.length === 0 || boundary.length > 70) {
      throw new MultipartError("the boundary is missing or too long");
    }
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
    // The first delimiter has no line before it: a virtual one makes it like the others.
    this.#pending = new TextEncoder().encode("\r\n");
    this.#at = -2;
  }

  /** Takes the next bytes of the body. Throws MultipartError where they cannot be the body's. */
  push(chunk: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? chunk : joined(this.#pending, chunk);
    while (this.#step()) {
      // Each step consumes something; the rest waits for the next chunk.
    }
  }

  /** The parts, once the whole body was pushed. Throws MultipartError where it is not complete. */
  finish(): MultipartPart[] {
    if (this.#state !== "epilogue") throw new MultipartError("the body ends before its last part");
    return this.#parts;
  }

  #step(): boolean {
    switch (this.#state) {
      case "preamble":
      case "content":
        return this.#toDelimiter();
      case "after_delimiter":
        return this.#afterDelimiter();
      case "headers":
        return this.#headers();
      case "epilogue":
        this.#consume(this.#pending.length);
        return false;
      default:
        return this.#state satisfies never;
    }
  }

  #toDelimiter(): boolean {
    const found = indexOf(this.#pending, this.#delimiter);
    // Up to a delimiter less one byte may be the beginning of one.
    const safe = found >= 0 ? found : this.#pending.length - this.#delimiter.length + 1;
    if (safe > 0) {
      this.#content(this.#pending.subarray(0, safe));
      this.#consume(safe);
    }
    if (found < 0) return false;
    this.#closePart();
    this.#consume(this.#delimiter.length);
    this.#state = "after_delimiter";
    return true;
  }

  #afterDelimiter(): boolean {
    if (this.#pending.length < 2) return false;
    const mark = String.fromCharCode(this.#pending[0] ?? 0, this.#pending[1] ?? 0);
    if (mark === "--") {
      this.#state = "epilogue";
    } else if (mark === "\r\n") {
      this.#state = "headers";
    } else {
      throw new MultipartError("a delimiter is not followed by a line end");
    }
    this.#consume(2);
    return true;
  }

  #headers(): boolean {
    const end = indexOf(this.#pending, blankLine);
    if (end < 0) {
      if (this.#pending.length > headerBytes)
        throw new MultipartError("a part's header is too long");
      return false;
    }
    const text = new TextDecoder().decode(this.#pending.subarray(0, end));
    this.#consume(end + blankLine.length);
    if (this.#parts.length >= maxParts) throw new MultipartError(`more than ${maxParts} parts`);
    this.#part = {
      ...disposition(text),
      offset: this.#at,
      hash: createHash("sha256"),
      head: [],
      headLength: 0,
      length: 0,
    };
    this.#state = "content";
    return true;
  }

  #content(bytes: Uint8Array): void {
    const part = this.#part;
    if (part === null) return;
    part.hash.update(bytes);
    part.length += bytes.length;
    const most = (part.filename === null ? fieldBytes : headBytes) - part.headLength;
    const kept = bytes.slice(0, Math.max(0, Math.min(most, this.#room)));
    if (kept.length > 0) part.head.push(kept);
    part.headLength += kept.length;
    this.#room -= kept.length;
    if (part.filename === null && part.length > part.headLength) {
      throw new MultipartError(`the field ${part.name} is too long`);
    }
  }

  #closePart(): void {
    const part = this.#part;
    if (part === null) return;
    const { name, filename, offset, length } = part;
    const head = joined(...part.head);
    const text = filename === null ? new TextDecoder().decode(head) : null;
    this.#parts.push({
      name,
      filename,
      offset,
      length,
      sha256: part.hash.digest("hex"),
      head,
      text,
    });
    this.#part = null;
  }

  #consume(count: number): void {
    this.#at += count;
    this.#pending = this.#pending.subarray(count);
  }
}

const blankLine = new Uint8Array([13, 10, 13, 10]);

function disposition(header: string): { name: string; filename: string | null } {
  const line = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(header)?.[1];
  const name =
    line === undefined ? undefined : /(?:^|;)\s*name="((?:[^"\\]|\\.)*)"/i.exec(line)?.[1];
  if (name === undefined) throw new MultipartError("a part has no name");
  const filename = /(?:^|;)\s*filename\*?=/i.test(line ?? "")
    ? (/filename="((?:[^"\\]|\\.)*)"/i.exec(line ?? "")?.[1] ?? "")
    : null;
  return { name, filename };
}

function indexOf(haystack: Uint8Array, needle: Uint8Array): number {
  return Buffer.from(haystack.buffer, haystack.byteOffset, haystack.length).indexOf(needle);
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
