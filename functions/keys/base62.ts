import type { RandomBytes } from "./ids.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` characters of base 62, each drawn evenly. */
export function randomBase62(length: number, random: RandomBytes): string {
  let text = "";
  while (text.length < length) {
    const bytes = new Uint8Array(64);
    random(bytes);
    // 248 is the largest multiple of 62 in a byte: beyond it, some characters would come more often.
    for (const byte of bytes) if (byte < 248) text += alphabet.charAt(byte % 62);
  }
  return text.slice(0, length);
}

/** A number in base 62, padded with zeros to `length`; higher digits are cut off. */
export function toBase62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) {
    text = alphabet.charAt(Number(rest % 62n)) + text;
  }
  return text;
}
