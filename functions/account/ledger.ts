import type { LedgerEntry, LedgerKind } from "../../schemas/account.ts";
import { err, ok, type Result } from "../result.ts";
import type { Refusal } from "../errors/refusal.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import { tellLowBalance } from "./low-balance.ts";
import type { SqlValue } from "./storage.ts";

interface Movement {
  readonly kind: Exclude<LedgerKind, "day">;
  readonly available: number;
  readonly reserved: number;
  readonly edit?: string;
  readonly externalId?: string;
}

export interface LedgerRow extends Record<string, SqlValue> {
  id: number;
  kind: LedgerKind;
  edit: string | null;
  external_id: string | null;
  available_change: number;
  reserved_change: number;
  available_after: number;
  reserved_after: number;
  created_at: number;
}

export interface Balance extends Record<string, SqlValue> {
  available: number;
  reserved: number;
}

/** What the account has, in micro-credits. */
export function balance(context: AccountContext): Balance {
  const [row] = context.storage.exec<Balance>("SELECT available, reserved FROM account");
  return row ?? { available: 0, reserved: 0 };
}

function move(context: AccountContext, movement: Movement): void {
  const before = balance(context);
  context.storage.exec(
    `INSERT INTO ledger (kind, edit, external_id, available_change, reserved_change,
       available_after, reserved_after, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    movement.kind,
    movement.edit ?? null,
    movement.externalId ?? null,
    movement.available,
    movement.reserved,
    before.available + movement.available,
    before.reserved + movement.reserved,
    context.now(),
  );
}

/** Sets the price of an edit aside, or says what is missing. Call inside the transaction that accepts the edit. */
export function reserve(
  context: AccountContext,
  edit: string,
  price: number,
): Result<null, Refusal> {
  const { available } = balance(context);
  if (available < price) {
    return err({
      code: "credits_insufficient",
      detail: `This edit costs ${price} micro-credits and ${available} are available. Add credits and send it again.`,
    });
  }
  move(context, { kind: "reserve", edit, available: -price, reserved: price });
  return ok(null);
}

/** Ends an edit's reservation: `charge` is captured, what is left of `reserved` goes back. */
export function settle(
  context: AccountContext,
  edit: string,
  reserved: number,
  charge: number,
): void {
  if (charge > 0) move(context, { kind: "capture", edit, available: 0, reserved: -charge });
  const rest = reserved - charge;
  if (rest > 0) move(context, { kind: "release", edit, available: rest, reserved: -rest });
}

/** Money that comes from outside, named by whoever sends it. */
export interface Posting {
  readonly kind: "grant" | "refund" | "adjustment";
  /** Micro-credits; an adjustment alone may be below zero. */
  readonly amount: number;
  readonly externalId: string;
}

/**
 * Posts money from outside, once for each external id: the same posting again moves nothing and answers the same, another
 * one under the same id is a conflict. What would bring the balance below zero is refused.
 */
export function post(context: AccountContext, posting: Posting): Result<LedgerEntry, Refusal> {
  const { kind, amount, externalId } = posting;
  return context.storage.transactionSync(() => {
    const known = byExternalId(context, externalId);
    if (known !== undefined) {
      if (known.kind === kind && known.available_change === amount) return ok(toLedgerEntry(known));
      return err({
        code: kind === "grant" ? "grant_conflict" : "entry_conflict",
        detail: `The external id was used for a ${known.kind} of ${known.available_change}. Choose another.`,
      });
    }
    const { available } = balance(context);
    if (available + amount < 0) {
      return err({
        code: "balance_exceeded",
        detail: `${available} micro-credits are available. Take away no more than that.`,
      });
    }
    move(context, { kind, externalId, available: amount, reserved: 0 });
    if (amount < 0) tellLowBalance(context, -amount);
    const entry = byExternalId(context, externalId);
    if (entry === undefined) throw new Error(`the ${kind} was not written`);
    return ok(toLedgerEntry(entry));
  });
}

/** Entries, and the days that stand for older ones, as one list. */
const columns = "available_change, reserved_change, available_after, reserved_after, created_at";
const listed = (which: string) =>
  `SELECT id, kind, edit, external_id, ${columns} FROM ledger WHERE ${which}
   UNION ALL SELECT id, 'day', NULL, NULL, ${columns} FROM ledger_days WHERE ${which}`;

/** A page of entries, newest first, below the entry `before`. */
export function entries(
  context: AccountContext,
  limit: number,
  before: number = Number.MAX_SAFE_INTEGER,
): LedgerEntry[] {
  return context.storage
    .exec<LedgerRow>(`${listed("id < ?1")} ORDER BY id DESC LIMIT ?2`, before, limit)
    .map(toLedgerEntry);
}

/** Entries above the entry `after`, oldest first. */
export function entriesAfter(context: AccountContext, after: number, limit: number): LedgerEntry[] {
  return context.storage
    .exec<LedgerRow>(`${listed("id > ?1")} ORDER BY id LIMIT ?2`, after, limit)
    .map(toLedgerEntry);
}

function byExternalId(context: AccountContext, externalId: string): LedgerRow | undefined {
  return context.storage.exec<LedgerRow>(
    "SELECT * FROM ledger WHERE external_id = ?",
    externalId,
  )[0];
}

/** The entry as customers see it. */
export function toLedgerEntry(row: LedgerRow): LedgerEntry {
  return {
    id: row.id,
    object: "ledger_entry",
    kind: row.kind,
    edit: row.edit,
    external_id: row.external_id,
    available_change: row.available_change,
    reserved_change: row.reserved_change,
    available_after: row.available_after,
    reserved_after: row.reserved_after,
    created_at: instant(row.created_at),
  };
}
