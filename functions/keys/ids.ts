/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type RandomBytes = (into: Uint8Array<ArrayBuffer>) => Uint8Array;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * An id such as `edit_01k9...`: 48 bits of time and 80 of randomness in Crockford's base 32, as ULID lays them out, in
 * lower case. Ids sort by the millisecond they were made in.
 */
export function newId<Prefix extends string>(
  prefix: Prefix,
  nowMs: number,
  random: RandomBytes,
): `${Prefix}_${string}` {
  const time = Array.from({ length: 10 }, (_, place) =>
    alphabet.charAt(Math.floor(nowMs / 32 ** (9 - place)) % 32),
  );
  const bytes = new Uint8Array(16);
  random(bytes);
  const rest = Array.from(bytes, (byte) => alphabet.charAt(byte % 32));
  return `${prefix}_${[...time, ...rest].join("")}`;
}
