/** A stretch of a file that is at hand. */
export interface Stretch {
  /** Where in the file it begins. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * A view of a file of which only some stretches are at hand, its first bytes above all. Reading beyond them throws, so
 * that the format readers can be written as the formats are described, and their caller tells truncation, damage and a
 * header that goes on elsewhere apart in one place. What is read is counted: a reader's work can be bounded by a test.
 */
export class Bytes {
  /** The length of the whole file. */
  readonly length: number;
  #stretches: readonly { readonly at: number; readonly view: DataView }[];
  #work = 0;

  constructor(head: Uint8Array, length: number = head.length, more: readonly Stretch[] = []) {
    this.length = length;
    this.#stretches = [{ at: 0, bytes: head }, ...more].map(({ at, bytes }) => ({
      at,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    }));
  }

  /** How many bytes have been read, repetitions included. */
  get work(): number {
    return this.#work;
  }

  u8(at: number): number {
    const { view, place } = this.#find(at, 1);
    return view.getUint8(place);
  }

  u16(at: number, littleEndian = false): number {
    const { view, place } = this.#find(at, 2);
    return view.getUint16(place, littleEndian);
  }

  u32(at: number, littleEndian = false): number {
    const { view, place } = this.#find(at, 4);
    return view.getUint32(place, littleEndian);
  }

  /** 64 bits, exact up to 2^53: no file is longer. */
  u64(at: number): number {
    return this.u32(at) * 2 ** 32 + this.u32(at + 4);
  }

  u24(at: number): number {
    return this.u8(at) | (this.u8(at + 1) << 8) | (this.u8(at + 2) << 16);
  }

  /** `length` bytes as Latin-1. */
  text(at: number, length: number): string {
    const { view, place } = this.#find(at, length);
    let text = "";
    for (let i = place; i < place + length; i++) text += String.fromCharCode(view.getUint8(i));
    return text;
  }

  /** Whether `length` bytes from there are at hand. */
  has(at: number, length: number): boolean {
    return this.#stretches.some(
      (one) => at >= one.at && at + length <= one.at + one.view.byteLength,
    );
  }

  #find(at: number, length: number): { view: DataView; place: number } {
    this.#work += length;
    for (const one of this.#stretches) {
      const place = at - one.at;
      if (place >= 0 && place + length <= one.view.byteLength) return { view: one.view, place };
    }
    if (at < 0 || at + length > this.length) throw new EndOfBytes();
    throw new ElsewhereInFile(at);
  }
}

/** The file ends before what was asked for. */
export class EndOfBytes extends Error {}

/** What was asked for is in the file, and not at hand. */
export class ElsewhereInFile extends Error {
  readonly at: number;

  constructor(at: number) {
    super(`byte ${at} is not at hand`);
    this.at = at;
  }
}
