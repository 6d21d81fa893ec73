import { createHmac, timingSafeEqual } from "node:crypto";
import { randomBase62, toBase62 } from "./base62.ts";
import type { RandomBytes } from "./ids.ts";

/** An account id's first letter, and the Durable Object location hint that it stands for. A test account's is a capital. */
const regionLetters = {
  wnam: "w",
  enam: "n",
  weur: "u",
  eeur: "e",
  apac: "p",
  oc: "o",
  sam: "s",
  afr: "a",
  me: "m",
} as const;

export type RegionName = keyof typeof regionLetters;

const proofLength = 8;

/** Whether an account is for real, or works with play money on the profile for tests. */
export type AccountKind = "live" | "test";

/**
 * A new account id: region letter, 16 random characters of base 62, and 8 that only this deployment can compute. A
 * made-up id is therefore refused before any object is addressed.
 */
export function mintAccountId(
  secret: string,
  region: RegionName,
  random: RandomBytes,
  kind: AccountKind = "live",
): string {
  const letter = regionLetters[region];
  const body = (kind === "test" ? letter.toUpperCase() : letter) + randomBase62(16, random);
  return body + proof(secret, body);
}

/** Whether this deployment minted the id; constant-time, and without asking anyone. */
export function isGenuineAccountId(secret: string, id: string): boolean {
  if (!/^[A-Za-z][0-9A-Za-z]{24}$/.test(id)) return false;
  const body = id.slice(0, -proofLength);
  return timingSafeEqual(Buffer.from(proof(secret, body)), Buffer.from(id.slice(-proofLength)));
}

/** What kind of account an id names: every part of the system can tell, and asks nobody. */
export function kindOf(id: string): AccountKind {
  return /^[A-Z]/.test(id) ? "test" : "live";
}

/** Where an account's object lives. */
export function regionOf(id: string): RegionName {
  const names = Object.keys(regionLetters) as RegionName[];
  return names.find((name) => regionLetters[name] === id.charAt(0).toLowerCase()) ?? "weur";
}

function proof(secret: string, body: string): string {
  const digest = createHmac("sha256", secret).update(`account:${body}`).digest();
  return toBase62(digest.readBigUInt64BE(0), proofLength);
}
