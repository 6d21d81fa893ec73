import { ElsewhereInFile, type Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/** The bit depths of each colour type (ISO/IEC 15948, table 11.1): grey, RGB, palette, grey and RGB with alpha. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * PNG (ISO/IEC 15948): IHDR comes first and once; `acTL` before the first IDAT makes an APNG; `eXIf` may hold an
 * orientation. An eXIf after the pixels is seen as far as the file is at hand.
 */
export function readPng(bytes: Bytes): StoredHeader | null {
  if (bytes.u32(8) !== 13 || bytes.text(12, 4) !== "IHDR") return null;
  const width = bytes.u32(16);
  const height = bytes.u32(20);
  const bitDepth = bytes.u8(24);
  if (depths[bytes.u8(25)]?.includes(bitDepth) !== true) return null;

  let animated = false;
  let orientation = 1;
  let inPixels = false;
  for (let at = 33; at + 8 <= bytes.length;) {
    if (inPixels && !bytes.has(at, 8)) break;
    const length = bytes.u32(at);
    const type = bytes.text(at + 4, 4);
    if (type === "IEND") break;
    if (type === "IHDR") return null;
    if (type === "IDAT") inPixels = true;
    if (type === "acTL" && !inPixels) animated = true;
    if (type === "eXIf") orientation = chunkOrientation(bytes, at + 8, length, inPixels);
    at += 12 + length;
  }
  return { format: "png", width, height, orientation, bitDepth, animated };
}

function chunkOrientation(bytes: Bytes, at: number, length: number, late: boolean): number {
  try {
    return exifOrientation(bytes, at, length);
  } catch (error) {
    if (late && error instanceof ElsewhereInFile) return 1;
    throw error;
  }
}
