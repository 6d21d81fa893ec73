/**
 * A view of the first bytes of a file. Reading beyond them throws `EndOfBytes`, so that the format readers can be
 * written as the formats are described, and their caller tells truncation from damage in one place.
 */
export class Bytes {
  #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#view.byteLength;
  }

  u8(at: number): number {
    return this.#within(at, 1).getUint8(at);
  }

  u16(at: number, littleEndian = false): number {
    return this.#within(at, 2).getUint16(at, littleEndian);
  }

  u32(at: number, littleEndian = false): number {
    return this.#within(at, 4).getUint32(at, littleEndian);
  }

  u24(at: number): number {
    return this.u8(at) | (this.u8(at + 1) << 8) | (this.u8(at + 2) << 16);
  }

  /** `length` bytes as Latin-1. */
  text(at: number, length: number): string {
    this.#within(at, length);
    let text = "";
    for (let i = at; i < at + length; i++) text += String.fromCharCode(this.#view.getUint8(i));
    return text;
  }

  #within(at: number, length: number): DataView {
    if (at < 0 || at + length > this.#view.byteLength) throw new EndOfBytes();
    return this.#view;
  }
}

/** The bytes at hand end before what was asked for. */
export class EndOfBytes extends Error {}
