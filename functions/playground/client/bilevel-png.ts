import type { Size } from "./view.ts";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/**
 * A PNG (ISO/IEC 15948) of one bit a pixel, white and black: greyscale, not interlaced, of rows as `packRows` packs
 * them. The bands follow each other from top to bottom and are asked for one at a time.
 */
export async function bilevelPng(
  { width, height }: Size,
  bands: Iterable<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  const fields = new DataView(header.buffer);
  fields.setUint32(0, width);
  fields.setUint32(4, height);
  header.set([1, 0, 0, 0, 0], 8);
  const deflated = await deflate(bands);
  return join([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflated),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/**
 * Packs the rows of a band of RGBA pixels: white where `alpha` is 128 or more. Each row begins with the byte of PNG's
 * filter "none" and fills whole bytes.
 */
export function packRows(
  rgba: Uint8ClampedArray,
  { width, height }: Size,
): Uint8Array<ArrayBuffer> {
  const stride = 1 + Math.ceil(width / 8);
  const packed = new Uint8Array(stride * height);
  for (let y = 0, alpha = 3; y < height; y++) {
    const start = y * stride + 1;
    for (let x = 0; x < width; x++, alpha += 4) {
      if ((rgba[alpha] ?? 0) >= 128) {
        const at = start + (x >> 3);
        packed[at] = (packed[at] ?? 0) | (0x80 >> (x & 7));
      }
    }
  }
  return packed;
}

async function deflate(bands: Iterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new CompressionStream("deflate");
  const compressed = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  for (const band of bands) await writer.write(band);
  await writer.close();
  return new Uint8Array(await compressed);
}

function chunk(type: string, data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc(bytes: Uint8Array): number {
  let value = 0xffff_ffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffff_ffff) >>> 0;
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
