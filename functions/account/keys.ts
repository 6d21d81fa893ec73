import type { Key } from "../../schemas/account.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";
import { sameHash } from "../keys/api-key.ts";

interface KeyRow extends Record<string, SqlValue> {
  id: string;
  hash: string;
  name: string;
  display: string;
  created_at: number;
  revoked_at: number | null;
}

/** A key as minted at the edge: the account stores its SHA-256 only. */
export interface MintedKey {
  readonly hash: string;
  readonly display: string;
}

/** Whether the SHA-256 (hex) of a presented key belongs to a key in force. Revocation counts at once. */
export function checkKey(context: AccountContext, hash: string): Result<null, Refusal> {
  const found = keyInForce(context, hash);
  return found.ok ? ok(null) : found;
}

/** The id of the key in force that has this SHA-256 (hex). */
export function keyInForce(context: AccountContext, hash: string): Result<string, Refusal> {
  const [row] = context.storage.exec<KeyRow>("SELECT * FROM keys WHERE hash = ?", hash);
  if (row === undefined || !sameHash(row.hash, hash)) return err(unknownKey);
  return row.revoked_at === null ? ok(row.id) : err(revoked(row.display, row.revoked_at));
}

/** Whether the key of this id is in force: what was minted with it ends with it. */
export function checkKeyById(context: AccountContext, id: string): Result<null, Refusal> {
  const row = keyById(context, id);
  if (row === undefined) return err(unknownKey);
  return row.revoked_at === null ? ok(null) : err(revoked(row.display, row.revoked_at));
}

function revoked(display: string, at: number): Refusal {
  return {
    code: "key_revoked",
    detail: `The key ${display} was revoked on ${instant(at)}. Use another.`,
  };
}

export const unknownKey: Refusal = {
  code: "key_invalid",
  detail: "No account has this key. Check that it was copied whole and belongs to this deployment.",
};

/** Stores a freshly minted key. */
export function addKey(context: AccountContext, minted: MintedKey, name: string): Key {
  const id = context.newId("key");
  context.storage.exec(
    "INSERT INTO keys (id, hash, name, display, created_at) VALUES (?, ?, ?, ?, ?)",
    id,
    minted.hash,
    name,
    minted.display,
    context.now(),
  );
  return toKey(keyById(context, id) as KeyRow);
}

/** Revokes a key for good; revoking it again changes nothing. */
export function revokeKey(context: AccountContext, id: string): Result<Key, Refusal> {
  context.storage.exec(
    "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
    context.now(),
    id,
  );
  const row = keyById(context, id);
  if (row === undefined) {
    return err({ code: "key_not_found", detail: "The account has no key of this id." });
  }
  return ok(toKey(row));
}

/** The account's keys, oldest first. */
export function listKeys(context: AccountContext): Key[] {
  return context.storage.exec<KeyRow>("SELECT * FROM keys ORDER BY id").map(toKey);
}

function keyById(context: AccountContext, id: string): KeyRow | undefined {
  return context.storage.exec<KeyRow>("SELECT * FROM keys WHERE id = ?", id)[0];
}

function toKey(row: KeyRow): Key {
  return {
    id: row.id,
    object: "key",
    name: row.name,
    display: row.display,
    created_at: instant(row.created_at),
    revoked_at: row.revoked_at === null ? null : instant(row.revoked_at),
  };
}
