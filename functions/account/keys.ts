import type { Key } from "../../schemas/account.ts";
import { allows, type Scope } from "../../schemas/scope.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";
import { kindOf } from "../keys/account-id.ts";
import { sameHash } from "../keys/api-key.ts";
import { readPresented } from "../keys/presented-key.ts";

interface KeyRow extends Record<string, SqlValue> {
  id: string;
  hash: string;
  name: string;
  display: string;
  created_at: number;
  revoked_at: number | null;
  /** Separated by spaces; null for a key that may do everything. */
  scopes: string | null;
}

/** A key as minted at the edge: the account stores its SHA-256 only. */
export interface MintedKey {
  readonly hash: string;
  readonly display: string;
  /** What it may be used for; without them, everything. */
  readonly scopes?: readonly Scope[] | null;
}

/** Whether a presented key (`presented-key.ts`) is in force and allows what the request needs. */
export function checkKey(context: AccountContext, presented: string): Result<null, Refusal> {
  const found = keyInForce(context, presented);
  return found.ok ? ok(null) : found;
}

/** The id of the presented key, if it is in force and allows what the request needs. Revocation counts at once. */
export function keyInForce(context: AccountContext, presented: string): Result<string, Refusal> {
  const { hash, needed } = readPresented(presented);
  const [row] = context.storage.exec<KeyRow>("SELECT * FROM keys WHERE hash = ?", hash);
  if (row === undefined || !sameHash(row.hash, hash)) return err(unknownKey);
  if (row.revoked_at !== null) return err(revoked(row.display, row.revoked_at));
  if (needed === null || allows(readScopes(row), needed)) return ok(row.id);
  const what = needed === "*" ? "what only keys without scopes may do" : needed;
  return err({
    code: "key_scope_missing",
    detail: `The key ${row.display} has ${row.scopes}; this needs ${what}. Use another key.`,
  });
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

/** The scopes of the key of this SHA-256; null for everything. */
export function scopesOf(context: AccountContext, hash: string): readonly Scope[] | null {
  const [row] = context.storage.exec<KeyRow>("SELECT * FROM keys WHERE hash = ?", hash);
  return row === undefined ? [] : readScopes(row);
}

function readScopes({ scopes }: KeyRow): Scope[] | null {
  return scopes === null ? null : (scopes.split(" ") as Scope[]);
}

export const unknownKey: Refusal = {
  code: "key_invalid",
  detail: "No account has this key. Check that it was copied whole and belongs to this deployment.",
};

/** Keys that an account may have in force at the same time. */
export const maxKeys = 100;

/** Stores a freshly minted key. */
export function addKey(
  context: AccountContext,
  minted: MintedKey,
  name: string,
): Result<Key, Refusal> {
  if (listKeys(context).filter(({ revoked_at }) => revoked_at === null).length >= maxKeys) {
    const detail = `An account has at most ${maxKeys} keys in force. Revoke some.`;
    return err({ code: "keys_too_many", detail });
  }
  const id = context.newId("key");
  context.storage.exec(
    "INSERT INTO keys (id, hash, name, display, created_at, scopes) VALUES (?, ?, ?, ?, ?, ?)",
    id,
    minted.hash,
    name,
    minted.display,
    context.now(),
    minted.scopes ? [...new Set(minted.scopes)].join(" ") : null,
  );
  return ok(toKey(context, keyById(context, id) as KeyRow));
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
  return ok(toKey(context, row));
}

/** The account's keys, oldest first. */
export function listKeys(context: AccountContext): Key[] {
  return context.storage
    .exec<KeyRow>("SELECT * FROM keys ORDER BY id")
    .map((row) => toKey(context, row));
}

function keyById(context: AccountContext, id: string): KeyRow | undefined {
  return context.storage.exec<KeyRow>("SELECT * FROM keys WHERE id = ?", id)[0];
}

function toKey(context: AccountContext, row: KeyRow): Key {
  return {
    id: row.id,
    object: "key",
    name: row.name,
    display: row.display,
    test: kindOf(context.account) === "test",
    scopes: readScopes(row),
    created_at: instant(row.created_at),
    revoked_at: row.revoked_at === null ? null : instant(row.revoked_at),
  };
}
