import type { Bytes } from "./bytes.ts";

/** A box of an ISO base media file (ISO/IEC 14496-12): its type, and where its content lies. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The boxes between two places, one after the other; content is skipped, and nothing is nested by itself. Ends, and says
 * `null`, at a box that reaches beyond `end` or is shorter than its own header.
 */
export function* boxesIn(bytes: Bytes, start: number, end: number): Generator<Box | null> {
  for (let at = start; at + 8 <= end;) {
    const size = bytes.u32(at);
    const type = bytes.text(at + 4, 4);
    const header = size === 1 ? 16 : 8;
    // 0 stands for the rest of the file.
    const length = size === 1 ? bytes.u64(at + 8) : size === 0 ? end - at : size;
    if (length < header || at + length > end) {
      yield null;
      return;
    }
    yield { type, start: at + header, end: at + length };
    at += length;
  }
}

/** The boxes between two places by their types; null where they are damaged, or one that comes once comes again. */
export function boxesByType(
  bytes: Bytes,
  start: number,
  end: number,
): ReadonlyMap<string, Box> | null {
  const found = new Map<string, Box>();
  for (const box of boxesIn(bytes, start, end)) {
    if (box === null || found.has(box.type)) return null;
    found.set(box.type, box);
  }
  return found;
}
