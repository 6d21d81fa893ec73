/** The length of every part of an upload but the last: R2 wants at least 5 MiB, and all of one length. */
export const partBytes = 5 * 1024 * 1024;

/** How many parts a file of so many bytes has. */
export function partCount(total: number): number {
  return Math.ceil(total / partBytes);
}

/** The length of a part, by its number from 1. */
export function partLength(total: number, number: number): number {
  return Math.min(partBytes, total - (number - 1) * partBytes);
}
