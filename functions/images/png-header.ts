import type { Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/**
 * PNG (ISO/IEC 15948): IHDR comes first; `acTL` before the first IDAT makes an APNG; `eXIf` may hold an orientation.
 * An eXIf after the pixels is not seen here, and neither is it by decoders that stream.
 */
export function readPng(bytes: Bytes): StoredHeader | null {
  if (bytes.u32(8) !== 13 || bytes.text(12, 4) !== "IHDR") return null;
  const width = bytes.u32(16);
  const height = bytes.u32(20);
  const bitDepth = bytes.u8(24);
  const colourType = bytes.u8(25);
  if (![1, 2, 4, 8, 16].includes(bitDepth) || ![0, 2, 3, 4, 6].includes(colourType)) return null;

  let animated = false;
  let orientation = 1;
  for (let at = 33; at + 8 <= bytes.length;) {
    const length = bytes.u32(at);
    const type = bytes.text(at + 4, 4);
    if (type === "IDAT" || type === "IEND") break;
    if (type === "acTL") animated = true;
    if (type === "eXIf") orientation = exifOrientation(bytes, at + 8, length);
    at += 12 + length;
  }
  return { format: "png", width, height, orientation, bitDepth, animated };
}
