import type { WorkMessage } from "../../schemas/work-message.ts";
import { editPrefixes, inputsPrefix, uploadKey } from "../images/object-keys.ts";
import { advance, dispatchDelay } from "./advance.ts";
import { archiveDeadlines, takeArchive } from "./archive.ts";
import { spans, urlsOutlive, type AccountContext } from "./context.ts";
import { dropPayloads } from "./delivery-log.ts";
import type { EditRow } from "./edit-row.ts";
import { pruneEvents } from "./events.ts";
import { pruneKeys } from "./idempotency.ts";
import { callUpDue } from "./lanes.ts";
import { ledgerDeadlines, takeLedgerPart } from "./ledger-days.ts";
import { expireUploads } from "./uploads.ts";
import { takeReport, usageDeadline } from "./usage.ts";

/** How long a piece of work may be lost before it is due again, in milliseconds. */
const again = 30_000;

/** The cron comes every minute: an account that wakes so much too late was missed by all that wakes it, in milliseconds. */
const lateness = 10 * 60_000;

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
    ...takeLedgerPart(context),
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

/** Raises an alert where work waits that every net should have woken the account for long ago. */
export function tellLateness(context: AccountContext): void {
  const { account } = context;
  const late = context.now() - (nextDueAt(context) ?? Infinity);
  if (late > lateness) context.raise("wake.behind", { account, seconds: Math.round(late / 1000) });
}

/** What an account wakes for, and the earliest moment of each; `docs/storage.md` lists them. */
export const deadlines: Readonly<Record<string, readonly string[]>> = {
  "the end of an edit's time": [
    "SELECT min(deadline) AS due FROM edits WHERE status IN ('queued', 'starting', 'processing')",
  ],
  "the end of an attempt's lease": [
    "SELECT min(lease_until) AS due FROM edits WHERE status IN ('starting', 'processing')",
  ],
  "a dispatch": ["SELECT min(dispatch_at) AS due FROM edits WHERE status = 'queued'"],
  "a try at a webhook": ["SELECT min(next_at) AS due FROM deliveries WHERE next_at IS NOT NULL"],
  "a lane in which others wait": [
    "SELECT min(wake_at) AS due FROM lanes WHERE wake_at IS NOT NULL",
  ],
  "a removal of an edit's files": [
    "SELECT min(purge_at) AS due FROM edits WHERE purge_at IS NOT NULL",
  ],
  "the end of a staging": ["SELECT min(lease_until) AS due FROM stagings"],
  "the end of an upload": ["SELECT min(expires_at) AS due FROM uploads"],
  "the second removal of what those two left": ["SELECT min(due_at) AS due FROM sweeps"],
  // An hour late, so that many events go in one go.
  "the oldest event": [
    `SELECT created_at + ${spans.events + 3_600_000} AS due FROM events ORDER BY sequence LIMIT 1`,
  ],
  "the oldest payload": [
    `SELECT min(completed_at) + ${spans.events + 3_600_000} AS due FROM deliveries WHERE payload <> ''`,
  ],
  "a batch for the archive": archiveDeadlines,
  "a day of the ledger": ledgerDeadlines,
  "a report": [usageDeadline],
};

/** All of them in one row: a compound SELECT may join no more than five in workerd. */
const allDeadlines = `SELECT ${Object.values(deadlines)
  .flat()
  .map((sql, kind) => `(${sql}) AS due${kind}`)
  .join(", ")}`;

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
    const { account } = context;
    return { v: 1, type: "dispatch", account, edit: row.id, attempt: row.attempt + 1 };
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
  const now = context.now();
  const expired = [
    ...expireUploads(context).map((id) => uploadKey(account, id)),
    ...storage
      .exec<{ edit: string }>("DELETE FROM stagings WHERE lease_until <= ? RETURNING edit", now)
      .map(({ edit }) => inputsPrefix(account, edit)),
  ];
  for (const prefix of expired) {
    storage.exec("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", prefix, now + urlsOutlive);
  }
  const prefixes = [
    ...expired,
    ...storage
      .exec<{ prefix: string }>("DELETE FROM sweeps WHERE due_at <= ? RETURNING prefix", now)
      .map(({ prefix }) => prefix),
    ...purgeEdits(context).flatMap((id) => editPrefixes(account, id)),
  ];
  return prefixes.length === 0 ? [] : [{ v: 1, type: "purge", account, prefixes }];
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
