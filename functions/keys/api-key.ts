import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { kindOf } from "./account-id.ts";
import { randomBase62, toBase62 } from "./base62.ts";
import type { RandomBytes } from "./ids.ts";

const shape =
  /^inlay_(?:live_(?=[a-z])|test_(?=[A-Z]))([A-Za-z][0-9A-Za-z]{24})_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

/**
 * A new key for an account: `inlay_live_<account>_<30 random characters><CRC-32 of all before>`, or `inlay_test_...` for a
 * test account.
 */
export function mintApiKey(account: string, random: RandomBytes): string {
  const body = `inlay_${kindOf(account)}_${account}_${randomBase62(30, random)}`;
  return body + checksum(body);
}

/** The account that a key names; null where the shape or the checksum is wrong, which needs no look-up to tell. */
export function parseApiKey(key: string): { readonly account: string } | null {
  const match = shape.exec(key);
  if (match?.[1] === undefined) return null;
  return checksum(key.slice(0, -6)) === key.slice(-6) ? { account: match[1] } : null;
}

/** The SHA-256 of a key, in hex: what is stored in its stead. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What may be shown of a key: enough to tell it from others. */
export function displayOf(key: string): string {
  return `${key.slice(0, 16)}...${key.slice(-4)}`;
}

function checksum(text: string): string {
  return toBase62(BigInt(crc32(text)), 6);
}
