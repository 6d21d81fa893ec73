import type { WorkMessage } from "../../schemas/work-message.ts";
import { editPrefixes, inputsPrefix } from "../images/object-keys.ts";
import { advance, dispatchDelay } from "./advance.ts";
import { archiveDeadlines, takeArchive } from "./archive.ts";
import { spans, urlsOutlive, type AccountContext } from "./context.ts";
import { dropPayloads } from "./delivery-log.ts";
import type { EditRow } from "./edit-row.ts";
import { pruneEvents } from "./events.ts";
import { pruneKeys } from "./idempotency.ts";
import { callUpDue } from "./lanes.ts";
import { expireUploads } from "./upload-removal.ts";
import { takeReport, usageDeadline } from "./usage.ts";

/** How long a piece of work may be lost before it is due again, in milliseconds. */
const again = 30_000;

/** The most edits looked at in one go; the rest is due at once again. */
const batch = 100;

/**
 * Everything that has come due: expired edits end, and lost work is handed out once more. Each piece stays due until
 * what it was for has happened, so that nothing depends on a message arriving.
 */
export function takeDue(context: AccountContext): WorkMessage[] {
  return context.storage.transactionSync(() => [
    ...endExpired(context),
    ...redispatch(context),
    ...lookForLost(context),
    ...redeliver(context),
    ...callUpDue(context, batch),
    ...sweep(context),
    ...takeArchive(context),
    ...takeReport(context),
  ]);
}

/** When the account wants to be woken next, in milliseconds; null when nothing is waiting. */
export function nextDueAt(context: AccountContext): number | null {
  const moments = Object.values(
    context.storage.exec<Record<string, number | null>>(allDeadlines)[0] ?? {},
  );
  const due = moments.filter((moment) => moment !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/** The earliest moment of each kind. */
const deadlines = [
  "SELECT min(deadline) AS due FROM edits WHERE status IN ('queued', 'starting', 'processing')",
  "SELECT min(lease_until) AS due FROM edits WHERE status IN ('starting', 'processing')",
  "SELECT min(dispatch_at) AS due FROM edits WHERE status = 'queued'",
  "SELECT min(next_at) AS due FROM deliveries WHERE next_at IS NOT NULL",
  "SELECT min(wake_at) AS due FROM lanes WHERE wake_at IS NOT NULL",
  "SELECT min(purge_at) AS due FROM edits WHERE purge_at IS NOT NULL",
  "SELECT min(lease_until) AS due FROM stagings",
  "SELECT min(expires_at) AS due FROM uploads",
  "SELECT min(sweep_at) AS due FROM removed_uploads",
  // An hour late, so that many events go in one go.
  `SELECT created_at + ${spans.events + 3_600_000} AS due FROM events ORDER BY sequence LIMIT 1`,
  `SELECT min(completed_at) + ${spans.events + 3_600_000} AS due FROM deliveries WHERE payload <> ''`,
  ...archiveDeadlines,
  usageDeadline,
];

/** All of them in one row: a compound SELECT may join no more than five in workerd. */
const allDeadlines = `SELECT ${deadlines.map((sql, kind) => `(${sql}) AS due${kind}`).join(", ")}`;

function endExpired(context: AccountContext): WorkMessage[] {
  return context.storage
    .exec<EditRow>(
      `SELECT * FROM edits WHERE status IN ('queued', 'starting', 'processing') AND deadline <= ?
       LIMIT ?`,
      context.now(),
      batch,
    )
    .flatMap((row) => advance(context, row, { type: "deadline" }).messages);
}

function redispatch(context: AccountContext): WorkMessage[] {
  const rows = context.storage.exec<EditRow>(
    "SELECT * FROM edits WHERE status = 'queued' AND dispatch_at <= ? ORDER BY id LIMIT ?",
    context.now(),
    batch,
  );
  return rows.map((row) => {
    context.storage.exec(
      "UPDATE edits SET dispatch_at = ? WHERE id = ?",
      context.now() + dispatchDelay(row.dispatches),
      row.id,
    );
    return { v: 1, type: "dispatch", account: context.account, edit: row.id };
  });
}

function lookForLost(context: AccountContext): WorkMessage[] {
  return context.storage
    .exec<EditRow>(
      `UPDATE edits SET lease_until = ? WHERE id IN (SELECT id FROM edits
         WHERE status IN ('starting', 'processing') AND lease_until <= ? LIMIT ?) RETURNING *`,
      context.now() + again,
      context.now(),
      batch,
    )
    .map((row) => ({
      v: 1,
      type: "reconcile",
      account: context.account,
      edit: row.id,
      attempt: row.attempt,
    }));
}

function redeliver(context: AccountContext): WorkMessage[] {
  return context.storage
    .exec<{ id: string }>(
      `UPDATE deliveries SET next_at = ? WHERE id IN (SELECT id FROM deliveries
         WHERE next_at IS NOT NULL AND next_at <= ? LIMIT ?) RETURNING id`,
      context.now() + again,
      context.now(),
      batch,
    )
    .map(({ id }) => ({ v: 1, type: "deliver", account: context.account, delivery: id }));
}

function sweep(context: AccountContext): WorkMessage[] {
  const { account, storage } = context;
  pruneEvents(context);
  dropPayloads(context);
  pruneKeys(context);
  const prefixes = [
    ...storage
      .exec<{ edit: string }>(
        "DELETE FROM stagings WHERE lease_until <= ? RETURNING edit",
        context.now(),
      )
      .map(({ edit }) => inputsPrefix(account, edit)),
    ...purgeEdits(context).flatMap((id) => editPrefixes(account, id)),
  ];
  const uploads = expireUploads(context);
  return prefixes.length === 0 ? uploads : [...uploads, { v: 1, type: "purge", account, prefixes }];
}

/** Files go twice: what a lost message or a late PUT left behind goes when no URL can write any more. */
function purgeEdits(context: AccountContext): string[] {
  const now = context.now();
  return context.storage
    .exec<{ id: string }>(
      `UPDATE edits SET purge_at = CASE WHEN purged_at IS NULL THEN max(deadline, ?) + ? END,
         purged_at = coalesce(purged_at, ?)
       WHERE id IN (SELECT id FROM edits WHERE purge_at <= ? LIMIT ?) RETURNING id`,
      now,
      urlsOutlive,
      now,
      now,
      batch,
    )
    .map(({ id }) => id);
}
