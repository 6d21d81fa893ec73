import type { Bytes } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredHeader } from "./header.ts";

/** JPEG (ITU-T T.81): walks the segments up to the frame header, noting an EXIF orientation on the way. */
export function readJpeg(bytes: Bytes): StoredHeader | null {
  let orientation = 1;
  for (let at = 2; ;) {
    if (bytes.u8(at) !== 0xff) return null;
    const marker = bytes.u8(at + 1);
    // Any number of 0xff may come before a marker (B.1.1.2).
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) {
      const bitDepth = bytes.u8(at + 4);
      const height = bytes.u16(at + 5);
      const width = bytes.u16(at + 7);
      if (width === 0 || height === 0) return null;
      return { format: "jpeg", width, height, orientation, bitDepth, animated: false };
    }
    if (marker === 0xd9 || marker === 0xda) return null;
    const length = bytes.u16(at + 2);
    if (length < 2) return null;
    if (marker === 0xe1 && length >= 8 && bytes.text(at + 4, 6) === "Exif\0\0") {
      orientation = exifOrientation(bytes, at + 10, length - 8);
    }
    at += 2 + length;
  }
}

/** SOF0 to SOF15, without the tables (DHT, JPG, DAC) that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
