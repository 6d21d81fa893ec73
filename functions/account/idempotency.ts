import { createHash } from "node:crypto";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import { spans, type AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";

interface IdempotencyRow extends Record<string, SqlValue> {
  key: string;
  fingerprint: string | null;
  edit: string;
  lease_until: number | null;
  expires_at: number;
}

/**
 * Takes a key for the request that will become `edit`, under a lease: while it runs, the same key is answered 409. A
 * key whose request was accepted stays as it is; `recordedEdit` tells.
 */
export function leaseKey(
  context: AccountContext,
  key: string,
  edit: string,
): Result<null, Refusal> {
  const row = find(context, key);
  if (row !== undefined && row.fingerprint !== null) return ok(null);
  if (row !== undefined && row.edit !== edit && (row.lease_until ?? 0) > context.now()) {
    return err(inProgress((row.lease_until ?? 0) - context.now()));
  }
  write(context, { key, fingerprint: null, edit, lease_until: context.now() + spans.stagingLease });
  return ok(null);
}

/** The edit that this key and content stand for already, if any; other content under the same key is refused. */
export function recordedEdit(
  context: AccountContext,
  key: string,
  fingerprint: string,
  edit: string,
): Result<string | null, Refusal> {
  const row = find(context, key);
  if (row === undefined) return ok(null);
  if (row.fingerprint === null) {
    if (row.edit === edit || (row.lease_until ?? 0) <= context.now()) return ok(null);
    return err(inProgress((row.lease_until ?? 0) - context.now()));
  }
  if (row.fingerprint === fingerprint) return ok(row.edit);
  return err({
    code: "idempotency_key_reused",
    detail: "This Idempotency-Key was used with other content. Send a new key for a new edit.",
  });
}

/** Remembers which edit a key stands for. Call inside the transaction that accepts the edit. */
export function recordKey(
  context: AccountContext,
  key: string,
  fingerprint: string,
  edit: string,
): void {
  write(context, { key, fingerprint, edit, lease_until: null });
}

/** Lets go of a key whose request was refused, so that it can be sent again at once. */
export function releaseKey(context: AccountContext, key: string, edit: string): void {
  context.storage.exec(
    "DELETE FROM idempotency WHERE key = ? AND edit = ? AND fingerprint IS NULL",
    key,
    edit,
  );
}

/** Forgets keys whose day has passed. */
export function pruneKeys(context: AccountContext): void {
  context.storage.exec("DELETE FROM idempotency WHERE expires_at <= ?", context.now());
}

/** What makes two requests the same: parameters in a canonical order, and what identifies the pictures' content. */
export function fingerprintOf(parameters: object, pictures: readonly string[]): string {
  const canonical = JSON.stringify([sorted(parameters), pictures]);
  return createHash("sha256").update(canonical).digest("hex");
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}

function find(context: AccountContext, key: string): IdempotencyRow | undefined {
  return context.storage.exec<IdempotencyRow>(
    "SELECT * FROM idempotency WHERE key = ? AND expires_at > ?",
    key,
    context.now(),
  )[0];
}

function write(
  context: AccountContext,
  row: { key: string; fingerprint: string | null; edit: string; lease_until: number | null },
): void {
  context.storage.exec(
    `INSERT OR REPLACE INTO idempotency (key, fingerprint, edit, lease_until, expires_at)
     VALUES (?, ?, ?, ?, ?)`,
    row.key,
    row.fingerprint,
    row.edit,
    row.lease_until,
    context.now() + spans.idempotency,
  );
}

function inProgress(ms: number): Refusal {
  return {
    code: "idempotency_in_progress",
    detail: "A request with this Idempotency-Key is still being received. Wait for its answer.",
    retryAfter: Math.max(1, Math.min(5, Math.ceil(ms / 1000))),
  };
}
