import { boxesByType, boxesIn, type Box } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";
import type { StoredHeader } from "./header.ts";

/** Brands (ISO/IEC 23008-12, AV1 Image File Format) by what the file is. */
const brands = {
  heic: ["heic", "heix", "heim", "heis", "mif1", "mif2"],
  avif: ["avif"],
  sequence: ["avis", "hevc", "hevx", "hevm", "hevs", "msf1"],
};

/** What a file with an `ftyp` box is, by its major brand, or by a compatible one where that is a general one. */
export function heifKind(bytes: Bytes): "heic" | "avif" | "sequence" | null {
  if (bytes.text(4, 4) !== "ftyp") return null;
  const major = bytes.text(8, 4);
  if (brands.sequence.includes(major)) return "sequence";
  if (brands.avif.includes(major)) return "avif";
  if (!brands.heic.includes(major)) return null;
  if (major.startsWith("mif")) {
    const end = Math.min(bytes.u32(0), 16 + 4 * 64);
    for (let at = 16; at + 4 <= end; at += 4) if (bytes.text(at, 4) === "avif") return "avif";
  }
  return "heic";
}

/**
 * HEIC and AVIF: the size of the primary item, grids and other derived ones included, and how it is turned (`irot`,
 * `imir`; for HEIC also what `clap` cuts off). EXIF data says nothing here: turns are properties of the item. Null where
 * the boxes are damaged or leave open what is shown.
 */
export function readHeif(bytes: Bytes, kind: "heic" | "avif"): StoredHeader | null {
  const meta = findMeta(bytes);
  if (meta === null) return null;
  const boxes = boxesByType(bytes, meta.start + 4, meta.end);
  const pitm = boxes?.get("pitm");
  const iprp = boxes?.get("iprp");
  if (pitm === undefined || iprp === undefined) return null;
  const primary =
    bytes.u8(pitm.start) === 0 ? bytes.u16(pitm.start + 4) : bytes.u32(pitm.start + 4);
  const properties = propertiesOf(bytes, iprp, primary);
  return properties === null ? null : shown(bytes, properties, kind);
}

function findMeta(bytes: Bytes): Box | null {
  for (const box of boxesIn(bytes, 0, bytes.length)) {
    if (box === null) return null;
    if (box.type === "meta") return box;
  }
  return null;
}

/** The properties of an item in the order of its associations. */
function propertiesOf(bytes: Bytes, iprp: Box, item: number): Box[] | null {
  const store: Box[] = [];
  let associated: number[] | null = null;
  let stored = false;
  for (const box of boxesIn(bytes, iprp.start, iprp.end)) {
    if (box === null) return null;
    if (box.type === "ipco") {
      if (stored) return null;
      stored = true;
      for (const property of boxesIn(bytes, box.start, box.end)) {
        if (property === null) return null;
        store.push(property);
      }
    }
    if (box.type === "ipma") {
      const found = associationsOf(bytes, box, item);
      if (found === "damaged" || (found !== null && associated !== null)) return null;
      associated ??= found;
    }
  }
  const properties = (associated ?? [])
    .filter((index) => index > 0)
    .map((index) => store[index - 1]);
  return properties.every((property) => property !== undefined) ? properties : null;
}

/** What an `ipma` box associates with an item, by index; null where it does not list it. */
function associationsOf(bytes: Bytes, box: Box, item: number): number[] | "damaged" | null {
  const wideId = bytes.u8(box.start) > 0;
  const wideIndex = (bytes.u8(box.start + 3) & 1) === 1;
  const count = bytes.u32(box.start + 4);
  let found: number[] | null = null;
  let at = box.start + 8;
  for (let entry = 0; entry < count; entry++) {
    const idBytes = wideId ? 4 : 2;
    if (at + idBytes + 1 > box.end) return "damaged";
    const id = wideId ? bytes.u32(at) : bytes.u16(at);
    const length = bytes.u8(at + idBytes);
    at += idBytes + 1;
    const step = wideIndex ? 2 : 1;
    if (at + length * step > box.end) return "damaged";
    if (id === item) {
      if (found !== null) return "damaged";
      // The first bit says whether the property is essential.
      found = Array.from({ length }, (_, place) =>
        wideIndex ? bytes.u16(at + 2 * place) & 0x7fff : bytes.u8(at + place) & 0x7f,
      );
    }
    at += length * step;
  }
  return found;
}

/** The EXIF orientation that turning by so many quarters anticlockwise, then mirroring, amounts to. */
const orientations = {
  none: [1, 8, 3, 6],
  /** `imir` axis 0: top and bottom change places. */
  upsideDown: [4, 5, 2, 7],
  /** `imir` axis 1: left and right change places. */
  sideways: [2, 7, 4, 5],
} as const;

function shown(
  bytes: Bytes,
  properties: readonly Box[],
  kind: "heic" | "avif",
): StoredHeader | null {
  let size: { width: number; height: number } | null = null;
  let bitDepth = 8;
  let quarters: number | null = null;
  let mirror: keyof typeof orientations | null = null;
  for (const { type, start, end } of properties) {
    switch (type) {
      case "ispe":
        if (size !== null) return null;
        size = { width: bytes.u32(start + 4), height: bytes.u32(start + 8) };
        break;
      case "pixi":
        if (end - start >= 6) bitDepth = bytes.u8(start + 5);
        break;
      case "clap":
        if (kind === "avif") break;
        // Cutting comes before turning, and after the size is known.
        if (size === null || quarters !== null || mirror !== null) return null;
        size = cut(bytes, start, size);
        if (size === null) return null;
        break;
      case "irot":
        if (size === null || quarters !== null || mirror !== null) return null;
        quarters = bytes.u8(start) & 3;
        break;
      case "imir":
        if (size === null || mirror !== null) return null;
        mirror = (bytes.u8(start) & 1) === 0 ? "upsideDown" : "sideways";
        break;
    }
  }
  if (size === null || !(size.width > 0 && size.height > 0)) return null;
  const orientation = orientations[mirror ?? "none"][quarters ?? 0] ?? 1;
  return { format: kind, ...size, orientation, bitDepth, animated: false };
}

/** What `clap` leaves of a picture; null where it is no part of it that is whole pixels wide and high. */
function cut(
  bytes: Bytes,
  at: number,
  size: { readonly width: number; readonly height: number },
): { width: number; height: number } | null {
  const width = whole(bytes, at);
  const height = whole(bytes, at + 8);
  return width <= size.width && height <= size.height ? { width, height } : null;
}

/** A fraction of two numbers of up to 2^16 that is a whole one; 0 where it is none: decoders differ over others. */
function whole(bytes: Bytes, at: number): number {
  const [numerator, denominator] = [bytes.u32(at), bytes.u32(at + 4)];
  if (numerator > 2 ** 16 || denominator === 0 || numerator % denominator !== 0) return 0;
  return numerator / denominator;
}
