import { limits } from "../../schemas/limits.ts";
import type { ProblemCode } from "../../schemas/problem-catalogue.ts";
import { err, ok, type Result } from "../result.ts";
import { Bytes, ElsewhereInFile, EndOfBytes } from "./bytes.ts";
import { heifKind, readHeif } from "./heif-header.ts";
import { readJpeg } from "./jpeg-header.ts";
import { readPng } from "./png-header.ts";
import { readWebp } from "./webp-header.ts";

export type ImageFormat = "png" | "jpeg" | "webp" | "heic" | "avif";

/** What a file's header says. Width and height are as displayed, after its own orientation. */
export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** 1 to 8, as EXIF numbers them; what HEIC and AVIF say in their own way is told by the same numbers. */
  readonly orientation: number;
  readonly bitDepth: number;
}

/** What a format's own reader finds: sizes as stored. */
export interface StoredHeader extends ImageHeader {
  readonly animated: boolean;
}

export interface HeaderProblem {
  readonly code: Extract<ProblemCode, `image_${string}`>;
  readonly detail: string;
}

type Tell = (bytes: Bytes) => boolean;

/** Formats told apart only to name them to whoever sent one. */
const others: readonly (readonly [name: string, matches: Tell])[] = [
  ["GIF", (b) => b.text(0, 4) === "GIF8"],
  ["BMP", (b) => b.text(0, 2) === "BM"],
  ["TIFF", (b) => ["II*\0", "MM\0*"].includes(b.text(0, 4))],
  ["JPEG XL", (b) => b.text(0, 2) === "\xff\x0a" || b.text(4, 4) === "JXL "],
  ["a video or another file of boxes", (b) => b.text(4, 4) === "ftyp"],
  ["SVG", (b) => /^\s*(<\?xml|<svg|<!doctype svg)/i.test(b.text(0, Math.min(b.length, 256)))],
  ["PDF", (b) => b.text(0, 4) === "%PDF"],
];

/** How each format is told, and read. A sequence has none that is taken. */
const readers: readonly {
  readonly format: ImageFormat | null;
  readonly matches: Tell;
  readonly read: (bytes: Bytes) => StoredHeader | null;
}[] = [
  { format: "png", matches: (b) => b.text(0, 8) === "\x89PNG\r\n\x1a\n", read: readPng },
  {
    format: "jpeg",
    matches: (b) => b.u8(0) === 0xff && b.u8(1) === 0xd8 && b.u8(2) === 0xff,
    read: readJpeg,
  },
  {
    format: "webp",
    matches: (b) => b.text(0, 4) === "RIFF" && b.text(8, 4) === "WEBP",
    read: readWebp,
  },
  { format: "heic", matches: (b) => heifKind(b) === "heic", read: (b) => readHeif(b, "heic") },
  { format: "avif", matches: (b) => heifKind(b) === "avif", read: (b) => readHeif(b, "avif") },
  { format: null, matches: (b) => heifKind(b) === "sequence", read: () => sequence },
];

/** A file that says to be a sequence of pictures; what is in it is not looked at. */
const sequence: StoredHeader = {
  format: "heic",
  width: 0,
  height: 0,
  orientation: 1,
  bitDepth: 8,
  animated: true,
};

/**
 * What the first bytes of a file say about the picture, within the limits of the service. The format is told by the
 * bytes alone, nothing is decoded, and no input makes it throw. Work is linear in the bytes at hand.
 */
export function readHeader(data: Uint8Array): Result<ImageHeader, HeaderProblem> {
  const read = tryHeader(new Bytes(data));
  return typeof read === "number" ? err(truncated) : read;
}

/** The format that a file's first bytes (12 are enough) say it has; null where it is none that is taken. */
export function formatOf(head: Uint8Array): ImageFormat | null {
  const bytes = new Bytes(head);
  return readers.find(({ matches }) => tells(matches, bytes))?.format ?? null;
}

/** The same of the bytes at hand; or, as a number, the place in the file where the header goes on. */
export function tryHeader(bytes: Bytes): Result<ImageHeader, HeaderProblem> | number {
  const reader = readers.find(({ matches }) => tells(matches, bytes))?.read;
  if (reader === undefined) {
    const other = others.find(([, matches]) => tells(matches, bytes))?.[0];
    return other === undefined
      ? err({ code: "image_unreadable", detail: `Send a ${formats} file; this is none.` })
      : err({ code: "image_format_unsupported", detail: `Send ${formats}; this is ${other}.` });
  }
  try {
    const stored = reader(bytes);
    return stored === null ? err(damaged) : withinLimits(stored);
  } catch (error) {
    if (error instanceof EndOfBytes) return err(truncated);
    if (error instanceof ElsewhereInFile) return error.at;
    throw error;
  }
}

const formats = "PNG, JPEG, WebP, HEIC or AVIF";

const damaged: HeaderProblem = {
  code: "image_unreadable",
  detail: "The file's header is damaged. Export the picture again.",
};

const truncated: HeaderProblem = {
  code: "image_unreadable",
  detail: "The file ends within its header. Send it whole.",
};

function tells(matches: (bytes: Bytes) => boolean, bytes: Bytes): boolean {
  try {
    return matches(bytes);
  } catch (error) {
    if (error instanceof EndOfBytes || error instanceof ElsewhereInFile) return false;
    throw error;
  }
}

function withinLimits(stored: StoredHeader): Result<ImageHeader, HeaderProblem> {
  const { format, orientation, bitDepth } = stored;
  const turned = orientation >= 5;
  const width = turned ? stored.height : stored.width;
  const height = turned ? stored.width : stored.height;
  const size = `${width} x ${height} pixels`;
  if (stored.animated) {
    return err({ code: "image_animated", detail: "Send a single frame; this file is animated." });
  }
  if (format === "jpeg" && bitDepth !== 8) {
    return err({
      code: "image_format_unsupported",
      detail: `Send a JPEG of 8 bits a channel; this one has ${bitDepth}.`,
    });
  }
  if (Math.min(width, height) < limits.minSide) {
    return err({
      code: "image_too_small",
      detail: `Send at least ${limits.minSide} pixels a side; this has ${size}.`,
    });
  }
  if (Math.max(width, height) > limits.maxSide) {
    return err({
      code: "image_side_too_long",
      detail: `Send at most ${limits.maxSide} pixels a side; this has ${size}.`,
    });
  }
  if (width * height > limits.maxPixels) {
    return err({
      code: "image_too_many_pixels",
      detail: `Send at most ${limits.maxPixels} pixels (48 megapixels); this has ${size}.`,
    });
  }
  return ok({ format, width, height, orientation, bitDepth });
}
