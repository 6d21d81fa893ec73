import type { NeededScope } from "../../schemas/scope.ts";

/**
 * A key as the edge hands it to its account: the SHA-256 (hex) of the key, and what the request needs the key to allow.
 * One text, so that whatever asks the account anything carries both.
 */
export function presentKey(hash: string, needed: NeededScope): string {
  return `${hash} ${needed}`;
}

/** Both parts again. Where nothing is needed, as within the service, a key in force is enough. */
export function readPresented(presented: string): {
  readonly hash: string;
  readonly needed: NeededScope | null;
} {
  const [hash = "", needed = null] = presented.split(" ");
  return { hash, needed: needed as NeededScope | null };
}
