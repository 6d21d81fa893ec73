import seeds from "./seeds.json" with { type: "json" };

/** A picture made by an encoder, with the displayed size that decoders tell. */
export interface Seed {
  readonly name: string;
  readonly size: readonly number[];
  readonly bytes: Uint8Array;
}

/** Every kind of picture that the service takes. */
export const pictures: readonly Seed[] = seeds.map(({ name, size, base64 }) => ({
  name,
  size,
  bytes: new Uint8Array(Buffer.from(base64, "base64")),
}));

/** Whole numbers below `bound`, drawn from a seed (mulberry32). */
export function drawing(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

const extremes = [0, 1, 2, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** A file like `seed` with one to four changes, most of them in its header. */
export function mutated(seed: Uint8Array, draw: (bound: number) => number): Uint8Array {
  let bytes = seed.slice();
  const changes = 1 + draw(4);
  for (let change = 0; change < changes; change++) bytes = changed(bytes, draw);
  return bytes;
}

function changed(bytes: Uint8Array, draw: (bound: number) => number): Uint8Array<ArrayBuffer> {
  const within = draw(4) === 0 ? bytes.length : Math.min(bytes.length, 256);
  const at = draw(Math.max(within, 1));
  const length = 1 + draw(24);
  const one = bytes.slice();
  switch (draw(8)) {
    case 0:
      one[at] = (one[at] ?? 0) ^ (1 << draw(8));
      return one;
    case 1:
      one[at] = draw(256);
      return one;
    case 2:
    case 3: {
      const value = extremes[draw(extremes.length)] ?? 0;
      const width = [1, 2, 4][draw(3)] ?? 1;
      for (let place = 0; place < width; place++) {
        if (at + place < one.length) one[at + place] = value >>> (8 * (width - 1 - place));
      }
      return one;
    }
    case 4:
      return one.slice(0, at);
    case 5:
      return joined(one.slice(0, at), one.slice(at + length));
    case 6:
      return joined(one.slice(0, at + length), one.slice(at));
    default: {
      const other = pictures[draw(pictures.length)]?.bytes ?? one;
      const from = draw(other.length);
      return joined(one.slice(0, at), other.slice(from, from + length), one.slice(at + length));
    }
  }
}

function joined(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces));
}
