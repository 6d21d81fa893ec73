/** Headers of image files, built byte by byte as their specifications have them. */

/** The bytes of a text. */
export const ascii = (text: string) => new Uint8Array(new TextEncoder().encode(text));

function join(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function u32(value: number, little = false): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
}

function u16(value: number, little = false): Uint8Array {
  return little ? u32(value, true).subarray(0, 2) : u32(value).subarray(2);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  return join(u32(data.length), ascii(type), data, [0, 0, 0, 0]);
}

/** A PNG up to its first IDAT. */
export function png(
  width: number,
  height: number,
  options: { bitDepth?: number; animated?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  return join(
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    chunk("IHDR", join(u32(width), u32(height), [options.bitDepth ?? 8, 2, 0, 0, 0])),
    options.animated ? chunk("acTL", new Uint8Array(8)) : [],
    chunk("IDAT", new Uint8Array()),
  );
}

/** A JPEG up to its scan, with an EXIF orientation where one is given. */
export function jpeg(
  width: number,
  height: number,
  options: { orientation?: number; bitDepth?: number } = {},
): Uint8Array<ArrayBuffer> {
  const tiff = join(
    ascii("MM"),
    u16(42),
    u32(8),
    u16(1),
    u16(0x0112),
    u16(3),
    u32(1),
    u16(options.orientation ?? 1),
    [0, 0],
    u32(0),
  );
  const exif = join(ascii("Exif\0\0"), tiff);
  return join(
    [0xff, 0xd8],
    options.orientation === undefined ? [] : join([0xff, 0xe1], u16(exif.length + 2), exif),
    [0xff, 0xdb],
    u16(4),
    [0, 0],
    [0xff, 0xc2],
    u16(11),
    [options.bitDepth ?? 8],
    u16(height),
    u16(width),
    [1, 1, 0x11, 0],
    [0xff, 0xda],
  );
}

function riff(...chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = join(ascii("WEBP"), ...chunks);
  return join(ascii("RIFF"), u32(body.length, true), body);
}

function webpChunk(type: string, data: Uint8Array): Uint8Array {
  return join(ascii(type), u32(data.length, true), data);
}

/** A lossy WebP's first bytes. */
export function webpLossy(width: number, height: number): Uint8Array<ArrayBuffer> {
  return riff(
    webpChunk("VP8 ", join([0x10, 0, 0, 0x9d, 0x01, 0x2a], u16(width, true), u16(height, true))),
  );
}

/** A lossless WebP's first bytes. */
export function webpLossless(width: number, height: number): Uint8Array<ArrayBuffer> {
  return riff(webpChunk("VP8L", join([0x2f], u32((width - 1) | ((height - 1) << 14), true))));
}

/** An extended WebP's first bytes. */
export function webpExtended(
  width: number,
  height: number,
  options: { animated?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const size = (value: number) => u32(value - 1, true).subarray(0, 3);
  return riff(
    webpChunk("VP8X", join([options.animated ? 2 : 0, 0, 0, 0], size(width), size(height))),
  );
}

export const gif = join(ascii("GIF89a"), new Uint8Array(20));

/** A box of an ISO base media file. */
export function box(type: string, ...content: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const body = join(...content);
  return join(u32(8 + body.length), ascii(type), body);
}

/** A HEIC (or a file of another brand) up to its pixels: a size and more properties of the primary item. */
export function heic(
  width: number,
  height: number,
  options: { brand?: string; more?: Uint8Array[]; before?: Uint8Array } = {},
): Uint8Array<ArrayBuffer> {
  const { brand = "heic", more = [], before = new Uint8Array() } = options;
  const properties = [box("ispe", [0, 0, 0, 0], u32(width), u32(height)), ...more];
  const item = join(
    u16(1),
    [properties.length],
    [...properties.keys()].map((index) => index + 1),
  );
  return join(
    box("ftyp", ascii(brand), u32(0), ascii("mif1")),
    before,
    box(
      "meta",
      u32(0),
      box("pitm", u32(0), u16(1)),
      box("iprp", box("ipco", ...properties), box("ipma", u32(0), u32(1), item)),
    ),
  );
}
