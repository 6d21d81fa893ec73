import { EndOfBytes, type Bytes } from "./bytes.ts";

const orientationTag = 0x0112;

/** Bytes that JPEG puts before EXIF data; some writers of other formats keep them. */
const mark = "Exif\0\0";

/** How a TIFF begins, and how some begin it. */
const prefixes = ["II*\0", "MM\0*", "II\0*", "MM*\0", "MM\0+"];

/** Bytes of one value of each type (TIFF 6.0 and its supplements); other types are passed over. */
const units: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4 },
  16: 8,
};

/**
 * The orientation (1 to 8) in a block of EXIF data (a TIFF header with its first directory); 1 where there is none, or
 * the block is damaged or cut: decoders show such a picture as it is stored. A directory counts up to the first entry
 * whose values are not in the block, and of several orientations the first, as Pillow has it.
 */
export function exifOrientation(bytes: Bytes, block: number, size: number): number {
  const end = block + size;
  let start = block;
  try {
    // Twice by some, once by most.
    for (let marks = 0; marks < 2; marks++) {
      if (end - start >= mark.length && bytes.text(start, mark.length) === mark) {
        start += mark.length;
      }
    }
    const prefix = bytes.text(start, 4);
    if (!prefixes.includes(prefix)) return 1;
    return directoryOrientation(bytes, { start, end, little: prefix.startsWith("II") });
  } catch (error) {
    if (error instanceof EndOfBytes) return 1;
    throw error;
  }
}

function directoryOrientation(
  bytes: Bytes,
  block: { readonly start: number; readonly end: number; readonly little: boolean },
): number {
  const { start, end, little } = block;
  const directory = start + bytes.u32(start + 4, little);
  const entries = bytes.u16(directory, little);
  let elsewhere = 0;
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > end) break;
    const type = bytes.u16(at + 2, little);
    const size = (units[type] ?? 0) * bytes.u32(at + 4, little);
    let value = at + 8;
    // Up to four bytes lie in the entry itself.
    if (size > 4) {
      elsewhere += size;
      if (elsewhere > end - start) continue;
      value = start + bytes.u32(at + 8, little);
      if (value + size > end) break;
    }
    if (size === 0 || bytes.u16(at, little) !== orientationTag) continue;
    const orientation = wholeNumber(bytes, value, type, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** A value of a type that whole numbers have; 0 stands for one of another type. */
function wholeNumber(bytes: Bytes, at: number, type: number, little: boolean): number {
  switch (type) {
    case 3:
    case 8:
      return bytes.u16(at, little);
    case 4:
    case 9:
    case 13:
      return bytes.u32(at, little);
    case 6:
      return bytes.u8(at);
    default:
      return 0;
  }
}
