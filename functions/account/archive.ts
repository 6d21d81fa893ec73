import type { EditStatus } from "../../schemas/edit.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { archiveKey } from "../images/object-keys.ts";
import { spans, type AccountContext } from "./context.ts";
import { instant, toEdit, type EditRow } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

/** Rows of a kind that leave the account at once. */
const batch = 100;

/** A batch that was not put away is handed out again after this, in milliseconds. */
const again = 5 * 60_000;

/** Old rows leave a day after they may, so that a day's leave together. */
const gathering = 24 * 3_600_000;

/** What leaves the account: NDJSON for R2, the same each time it is asked for. */
export interface ArchiveBatch {
  readonly key: string;
  readonly text: string;
}

interface OpenBatch extends Record<string, SqlValue> {
  key: string;
  last_edit: string;
  last_delivery: string;
  due_at: number;
}

interface OldDelivery extends Record<string, SqlValue> {
  id: string;
  payload: string;
  created_at: number;
  completed_at: number | null;
}

/** When rows are next to be archived; a query for `due.ts`. The oldest row by id stands for all of its kind. */
export const archiveDeadline = `SELECT min(due) FROM (
  SELECT due_at AS due FROM archiving
  UNION ALL SELECT completed_at + ${spans.archived + gathering}
    FROM (SELECT completed_at, purge_at FROM edits ORDER BY id LIMIT 1)
    WHERE purge_at IS NULL AND NOT EXISTS (SELECT 1 FROM archiving)
  UNION ALL SELECT completed_at + ${spans.archived + gathering}
    FROM (SELECT completed_at FROM deliveries ORDER BY id LIMIT 1)
    WHERE NOT EXISTS (SELECT 1 FROM archiving))`;

/**
 * Hands out the batch that is to be archived, choosing one when rows are old enough. From then on its rows do not change:
 * its edits count as archived. It stays due until `finishArchive` has been told of it.
 */
export function takeArchive(context: AccountContext): WorkMessage[] {
  const { account, storage } = context;
  const open = openBatch(context) ?? chooseBatch(context);
  if (open === undefined) return [];
  storage.exec("UPDATE archiving SET due_at = ?", context.now() + again);
  return [{ v: 1, type: "archive", account, batch: open.key }];
}

/** The text of the open batch `key`; null when it was put away already. */
export function archiveBatch(context: AccountContext, key: string): ArchiveBatch | null {
  const open = openBatch(context);
  if (open === undefined || open.key !== key) return null;
  const edits = context.storage.exec<EditRow>(
    "SELECT * FROM edits WHERE id <= ? ORDER BY id",
    open.last_edit,
  );
  const deliveries = context.storage.exec<OldDelivery>(
    "SELECT * FROM deliveries WHERE id <= ? ORDER BY id",
    open.last_delivery,
  );
  const lines = [
    ...edits
      .filter((row) => row.deleted_at === null)
      .map((row) => ({ type: "edit", data: toEdit(context, row) })),
    ...deliveries.map((row) => ({ type: "delivery", data: toArchivedDelivery(row) })),
  ];
  return { key, text: lines.map((line) => `${JSON.stringify(line)}\n`).join("") };
}

/** Removes the rows of a batch that lies in R2 now; does nothing for another batch. */
export function finishArchive(context: AccountContext, key: string): void {
  context.storage.transactionSync(() => {
    const open = openBatch(context);
    if (open === undefined || open.key !== key) return;
    context.storage.exec("DELETE FROM attempts WHERE edit <= ?", open.last_edit);
    context.storage.exec("DELETE FROM edits WHERE id <= ?", open.last_edit);
    context.storage.exec("DELETE FROM deliveries WHERE id <= ?", open.last_delivery);
    context.storage.exec("DELETE FROM archiving");
  });
}

/** How an edit that has been archived ended, and whether it was deleted before; undefined for any other edit. */
export function archivedEdit(
  context: AccountContext,
  edit: string,
): { status: EditStatus; deleted: boolean } | undefined {
  const [row] = context.storage.exec<{ status: EditStatus; deleted: number }>(
    "SELECT status, deleted FROM archived_edits WHERE id = ?",
    edit,
  );
  return row === undefined ? undefined : { status: row.status, deleted: row.deleted === 1 };
}

function openBatch(context: AccountContext): OpenBatch | undefined {
  return context.storage.exec<OpenBatch>("SELECT * FROM archiving")[0];
}

/** The oldest rows of each kind, as far as they are finished for good. */
function chooseBatch(context: AccountContext): OpenBatch | undefined {
  const { storage } = context;
  const before = context.now() - spans.archived;
  const old = (row: { completed_at: number | null }) =>
    row.completed_at !== null && row.completed_at <= before;
  const edits = leading(
    storage.exec<EditRow>("SELECT * FROM edits ORDER BY id LIMIT ?", batch),
    (row) => old(row) && row.purge_at === null,
  );
  const deliveries = leading(
    storage.exec<OldDelivery>("SELECT * FROM deliveries ORDER BY id LIMIT ?", batch),
    old,
  );
  const last = edits.at(-1)?.id ?? deliveries.at(-1)?.id;
  if (last === undefined) return undefined;
  for (const { id, status, deleted_at } of edits) {
    const deleted = deleted_at === null ? 0 : 1;
    storage.exec("INSERT INTO archived_edits VALUES (?, ?, ?)", id, status, deleted);
  }
  const [open] = storage.exec<OpenBatch>(
    "INSERT INTO archiving (key, last_edit, last_delivery, due_at) VALUES (?, ?, ?, ?) RETURNING *",
    archiveKey(context.account, last),
    edits.at(-1)?.id ?? "",
    deliveries.at(-1)?.id ?? "",
    context.now(),
  );
  return open;
}

function leading<Row>(rows: readonly Row[], wanted: (row: Row) => boolean): readonly Row[] {
  const end = rows.findIndex((row) => !wanted(row));
  return end === -1 ? rows : rows.slice(0, end);
}

function toArchivedDelivery({ payload, ...row }: OldDelivery): object {
  return {
    ...row,
    payload: payload === "" ? null : (JSON.parse(payload) as unknown),
    created_at: instant(row.created_at),
    completed_at: row.completed_at === null ? null : instant(row.completed_at),
  };
}
