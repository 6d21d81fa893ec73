import { inflateSync, crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bilevelPng, packRows } from "../../../functions/playground/client/bilevel-png.ts";

/** The chunks of a PNG, with their checksums proved by another implementation. */
function chunksOf(png: Uint8Array): Record<string, Buffer> {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from("89504e470d0a1a0a", "hex"));
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const name = bytes.toString("latin1", at + 4, at + 8);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(
      crc32(bytes.subarray(at + 4, at + 8 + length)),
    );
    chunks[name] = data;
    at += 12 + length;
  }
  return chunks;
}

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 20 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      rows: fc.integer({ min: 1, max: height }),
      alphas: fc.array(fc.integer({ min: 0, max: 255 }), {
        minLength: width * height,
        maxLength: width * height,
      }),
    }),
  );

it("a mask comes out with a bit for each pixel, set from alpha 128 on, however it is cut into bands", async () => {
  await fc.assert(
    fc.asyncProperty(picture, async ({ width, height, rows, alphas }) => {
      const rgba = new Uint8ClampedArray(alphas.flatMap((alpha) => [0, 0, 0, alpha]));
      const bands = [];
      for (let top = 0; top < height; top += rows) {
        const band = { width, height: Math.min(rows, height - top) };
        const start = top * width * 4;
        bands.push(packRows(rgba.subarray(start, start + width * band.height * 4), band));
      }
      const { IHDR, IDAT, IEND } = chunksOf(await bilevelPng({ width, height }, bands));
      expect(IHDR?.readUInt32BE(0)).toBe(width);
      expect(IHDR?.readUInt32BE(4)).toBe(height);
      expect([...(IHDR?.subarray(8) ?? [])]).toEqual([1, 0, 0, 0, 0]);
      expect(IEND).toHaveLength(0);
      const packed = inflateSync(IDAT ?? Buffer.alloc(0));
      const stride = 1 + Math.ceil(width / 8);
      expect(packed).toHaveLength(stride * height);
      const bits = alphas.map((_, index) => {
        const [x, y] = [index % width, Math.floor(index / width)];
        return ((packed[y * stride + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
      });
      expect(bits).toEqual(alphas.map((alpha) => (alpha >= 128 ? 1 : 0)));
    }),
  );
});
