import { EndOfBytes, type Bytes } from "./bytes.ts";

const orientationTag = 0x0112;

/**
 * The orientation (1 to 8) in a block of EXIF data (a TIFF header with its first directory); 1 where there is none, or
 * the block is damaged or cut: decoders show such a picture as it is stored.
 */
export function exifOrientation(bytes: Bytes, start: number, length: number): number {
  try {
    const order = bytes.text(start, 2);
    if (order !== "II" && order !== "MM") return 1;
    const little = order === "II";
    const directory = start + bytes.u32(start + 4, little);
    const end = start + length;
    const entries = bytes.u16(directory, little);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + 12 * entry;
      if (at + 12 > end) return 1;
      if (bytes.u16(at, little) === orientationTag) {
        const value = bytes.u16(at + 8, little);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  } catch (error) {
    if (error instanceof EndOfBytes) return 1;
    throw error;
  }
}
