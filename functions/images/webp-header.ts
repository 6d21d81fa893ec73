import type { Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/**
 * WebP (RFC 9649): lossy (VP8), lossless (VP8L) or extended (VP8X). Where the flags of the latter say so, an EXIF chunk
 * follows the pixels.
 */
export function readWebp(bytes: Bytes): StoredHeader | null {
  const base = { format: "webp", orientation: 1, bitDepth: 8, animated: false } as const;
  switch (bytes.text(12, 4)) {
    case "VP8 ":
      // A key frame, of version 0 to 3, that is shown.
      if ((bytes.u8(20) & 0x11) !== 0x10 || bytes.u24(23) !== 0x2a019d) return null;
      return { ...base, width: bytes.u16(26, true) & 0x3fff, height: bytes.u16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = bytes.u32(21, true);
      if (bytes.u8(20) !== 0x2f || bits >>> 29 !== 0) return null;
      return { ...base, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const flags = bytes.u8(20);
      return {
        ...base,
        width: bytes.u24(24) + 1,
        height: bytes.u24(27) + 1,
        orientation: (flags & 0x08) === 0 ? 1 : lateOrientation(bytes),
        animated: (flags & 0x02) !== 0,
      };
    }
    default:
      return null;
  }
}

function lateOrientation(bytes: Bytes): number {
  const end = Math.min(bytes.length, 8 + bytes.u32(4, true));
  for (let at = 12; at + 8 <= end;) {
    const length = bytes.u32(at + 4, true);
    if (bytes.text(at, 4) === "EXIF") return exifOrientation(bytes, at + 8, length);
    at += 8 + length + (length % 2);
  }
  return 1;
}
