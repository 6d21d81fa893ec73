import type { Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/**
 * WebP (RFC 9649): lossy (VP8), lossless (VP8L) or extended (VP8X). An EXIF chunk follows the pixels, so the
 * orientation is seen only where the whole file is at hand.
 */
export function readWebp(bytes: Bytes): StoredHeader | null {
  const base = { format: "webp", orientation: 1, bitDepth: 8, animated: false } as const;
  switch (bytes.text(12, 4)) {
    case "VP8 ":
      if (bytes.u24(23) !== 0x2a019d) return null;
      return { ...base, width: bytes.u16(26, true) & 0x3fff, height: bytes.u16(28, true) & 0x3fff };
    case "VP8L": {
      if (bytes.u8(20) !== 0x2f) return null;
      const bits = bytes.u32(21, true);
      return { ...base, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const flags = bytes.u8(20);
      const hasExif = (flags & 0x08) !== 0;
      return {
        ...base,
        width: bytes.u24(24) + 1,
        height: bytes.u24(27) + 1,
        orientation: hasExif ? lateOrientation(bytes) : 1,
        animated: (flags & 0x02) !== 0,
      };
    }
    default:
      return null;
  }
}

function lateOrientation(bytes: Bytes): number {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = bytes.u32(at + 4, true);
    if (bytes.text(at, 4) === "EXIF") {
      // Some writers keep the marker that JPEG puts before EXIF data.
      const marked = length >= 6 && at + 14 <= bytes.length && bytes.text(at + 8, 6) === "Exif\0\0";
      return exifOrientation(bytes, at + 8 + (marked ? 6 : 0), length - (marked ? 6 : 0));
    }
    at += 8 + length + (length % 2);
  }
  return 1;
}
