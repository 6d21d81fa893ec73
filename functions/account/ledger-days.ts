import type { WorkMessage } from "../../schemas/work-message.ts";
import { ledgerArchiveKey } from "../images/object-keys.ts";
import type { ArchiveBatch } from "./archive.ts";
import { spans, type AccountContext } from "./context.ts";
import { toLedgerEntry, type LedgerRow } from "./ledger.ts";
import type { SqlValue } from "./storage.ts";

/** Entries that leave the account at once. */
const part = 1_000;

/** A part that was not put away is handed out again after this, in milliseconds. */
const again = 5 * 60_000;

const day = 24 * 3_600_000;

/** A day closes two days after its edits may leave for the archive, so that all of them have left. */
const closesAfter = spans.archived + 2 * day;

interface OpenPart extends Record<string, SqlValue> {
  key: string;
  day: string;
  first_id: number;
  last_id: number;
}

/**
 * When entries are next to be closed; a query for `due.ts`. The oldest entry of an edit stands for its day, once that
 * edit is archived and a later day has begun.
 */
export const ledgerDeadline = `SELECT min(due) FROM (
  SELECT due_at AS due FROM ledger_closing
  UNION ALL SELECT ends + ${closesAfter} FROM (
    SELECT edit, (created_at / ${day} + 1) * ${day} AS ends FROM ledger
      WHERE external_id IS NULL AND id > coalesce((SELECT max(id) FROM ledger_days), 0)
      ORDER BY id LIMIT 1) AS oldest
    WHERE NOT EXISTS (SELECT 1 FROM ledger_closing)
      AND NOT EXISTS (SELECT 1 FROM edits WHERE id = oldest.edit)
      AND (SELECT created_at FROM ledger ORDER BY id DESC LIMIT 1) >= ends)`;

/**
 * Hands out the part of a day that is to be closed, choosing one when there is none. It stays due until
 * `finishLedgerPart` has been told of it.
 */
export function takeLedgerPart(context: AccountContext): WorkMessage[] {
  const { account, storage } = context;
  const open = openPart(context) ?? choosePart(context);
  if (open === undefined) return [];
  storage.exec("UPDATE ledger_closing SET due_at = ?", context.now() + again);
  return [{ v: 1, type: "archive", account, batch: open.key }];
}

/** The text of the open part `key`, the same each time; null when it was put away already. */
export function ledgerPart(context: AccountContext, key: string): ArchiveBatch | null {
  const open = openPart(context);
  if (open === undefined || open.key !== key) return null;
  const lines = context.storage
    .exec<LedgerRow>(
      "SELECT * FROM ledger WHERE id BETWEEN ? AND ? AND external_id IS NULL ORDER BY id",
      open.first_id,
      open.last_id,
    )
    .map((row) => ({ type: "ledger_entry", data: toLedgerEntry(row) }));
  return { key, text: lines.map((line) => `${JSON.stringify(line)}\n`).join("") };
}

/** Puts the day in the place of the entries of a part that lies in R2 now; does nothing for another part. */
export function finishLedgerPart(context: AccountContext, key: string): void {
  context.storage.transactionSync(() => {
    const open = openPart(context);
    if (open === undefined || open.key !== key) return;
    closeEntries(context, open.day, open.first_id, open.last_id);
    context.storage.exec("DELETE FROM ledger_closing");
  });
}

/**
 * Closes the entries of edits from `first` to `last` into their day, which takes their place in the same statement; the
 * database refuses what may not be closed.
 */
export function closeEntries(
  context: AccountContext,
  of: string,
  first: number,
  last: number,
): void {
  const { storage } = context;
  const [sums] = storage.exec<{ entries: number; available: number; reserved: number }>(
    `SELECT count(*) AS entries, coalesce(sum(available_change), 0) AS available,
       coalesce(sum(reserved_change), 0) AS reserved
     FROM ledger WHERE id BETWEEN ? AND ? AND external_id IS NULL`,
    first,
    last,
  );
  const [end] = storage.exec<LedgerRow>("SELECT * FROM ledger WHERE id = ?", last);
  if (sums === undefined || end === undefined) throw new Error("the entries have gone");
  const now = [last, sums.entries, sums.available, sums.reserved] as const;
  const after = [end.available_after, end.reserved_after, end.created_at] as const;
  const grown = storage.exec(
    `UPDATE ledger_days SET id = ?, entries = entries + ?, available_change = available_change + ?,
       reserved_change = reserved_change + ?, available_after = ?, reserved_after = ?, created_at = ?
     WHERE day = ? RETURNING id`,
    ...now,
    ...after,
    of,
  );
  if (grown.length > 0) return;
  storage.exec(
    `INSERT INTO ledger_days (id, entries, available_change, reserved_change, available_after,
       reserved_after, created_at, day, first_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...now,
    ...after,
    of,
    first,
  );
}

function openPart(context: AccountContext): OpenPart | undefined {
  return context.storage.exec<OpenPart>("SELECT * FROM ledger_closing")[0];
}

/**
 * The oldest entries of edits that are archived, up to the end of their day. A day lasts until the first entry of a later
 * one: what a clock that was set back wrote belongs to the day that had begun.
 */
function choosePart(context: AccountContext): OpenPart | undefined {
  const { storage } = context;
  const [closed] = storage.exec<{ id: number | null; day: string | null }>(
    "SELECT max(id) AS id, day FROM ledger_days",
  );
  const rows = storage.exec<{ id: number; created_at: number; edit: string | null }>(
    `SELECT ledger.id, ledger.created_at, edits.id AS edit
     FROM ledger LEFT JOIN edits ON edits.id = ledger.edit
     WHERE external_id IS NULL AND ledger.id > ? AND ledger.id < (SELECT max(id) FROM ledger)
     ORDER BY ledger.id LIMIT ?`,
    closed?.id ?? 0,
    part,
  );
  const [oldest] = rows;
  if (oldest === undefined) return undefined;
  const begun = dayOf(oldest.created_at);
  const of = closed?.day != null && closed.day > begun ? closed.day : begun;
  const end = rows.findIndex((row) => row.edit !== null || dayOf(row.created_at) > of);
  const last = (end === -1 ? rows : rows.slice(0, end)).at(-1);
  if (last === undefined) return undefined;
  const [open] = storage.exec<OpenPart>(
    "INSERT INTO ledger_closing (key, day, first_id, last_id, due_at) VALUES (?, ?, ?, ?, ?) RETURNING *",
    ledgerArchiveKey(context.account, of, last.id),
    of,
    oldest.id,
    last.id,
    context.now(),
  );
  return open;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
