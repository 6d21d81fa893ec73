import type { Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/**
 * JPEG (ITU-T T.81): walks the segments up to the first scan, noting the frame and an EXIF orientation on the way. What
 * lies between segments is skipped, as decoders do. Any number of components, CMYK's four included.
 */
export function readJpeg(bytes: Bytes): StoredHeader | null {
  let frame: Pick<StoredHeader, "width" | "height" | "bitDepth"> | null = null;
  let orientation: number | null = null;
  for (let at = 2; ;) {
    if (bytes.u8(at) !== 0xff) {
      at += 1;
      continue;
    }
    const marker = bytes.u8(at + 1);
    // Any number of 0xff may come before a marker (B.1.1.2); 0xff00 is no marker.
    if (marker === 0xff || marker === 0) {
      at += 1;
      continue;
    }
    if (isAlone(marker)) {
      at += 2;
      continue;
    }
    if (marker === 0xda) {
      if (frame === null) return null;
      return { format: "jpeg", ...frame, orientation: orientation ?? 1, animated: false };
    }
    const length = bytes.u16(at + 2);
    if (length < 2) return null;
    if (isFrame(marker)) {
      // A second frame would leave open which of them is shown.
      if (frame !== null) return null;
      frame = { bitDepth: bytes.u8(at + 4), height: bytes.u16(at + 5), width: bytes.u16(at + 7) };
      if (frame.width === 0 || frame.height === 0) return null;
    } else if (!isKnown(marker)) {
      return null;
    }
    if (marker === 0xe1 && length >= 8 && bytes.text(at + 4, 6) === "Exif\0\0") {
      orientation ??= exifOrientation(bytes, at + 10, length - 8);
    }
    at += 2 + length;
  }
}

/** Markers without a segment: TEM, RST0 to RST7, SOI. */
function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** SOF0 to SOF15, without the tables (DHT, JPG, DAC) that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Segments that may come before a scan: tables, restart interval, expansion, APP0 to APP15, comments. */
function isKnown(marker: number): boolean {
  const tables = [0xc4, 0xcc, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xfe];
  return tables.includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}
