import type { WorkMessage } from "../../schemas/work-message.ts";
import { editPrefixes, inputsPrefix } from "../images/object-keys.ts";
import { advance, dispatchDelay } from "./advance.ts";
import { archiveDeadline, takeArchive } from "./archive.ts";
import { spans, urlsOutlive, type AccountContext } from "./context.ts";
import { dropPayloads } from "./delivery-log.ts";
import type { EditRow } from "./edit-row.ts";
import { pruneEvents } from "./events.ts";
import { pruneKeys } from "./idempotency.ts";
import { callUpDue } from "./lanes.ts";
import { ledgerDeadline, takeLedgerPart } from "./ledger-days.ts";
import { expireUploads } from "./upload-removal.ts";
import { takeReport, usageDeadline } from "./usage.ts";

/** How long a piece of work may be lost before it is due again, in milliseconds. */
const again = 30_000;

/** The cron comes every minute: an account that wakes so much too late was missed by all that wakes it, in milliseconds. */
const lateness = 10 * 60_000;

/** The most edits looked at in one go; the rest is due at once again. */
const batch = 100;

/** A kind of work that comes due: when the earliest piece of it does, and what hands it out. */
interface Kind {
  /** What the account wakes for, each with a query of one number in milliseconds; null when nothing waits. */
  readonly due: Readonly<Record<string, string>>;
  readonly take: (context: AccountContext) => WorkMessage[];
}

/** Housekeeping is an hour late, so that many rows go at once. */
const hour = 3_600_000;

const kinds: readonly Kind[] = [
  {
    due: {
      "the end of an edit's time": `SELECT min(deadline) FROM edits INDEXED BY edits_by_deadline
        WHERE status IN ('queued', 'starting', 'processing')`,
    },
    take: endExpired,
  },
  {
    due: {
      "a dispatch":
        "SELECT min(dispatch_at) FROM edits INDEXED BY edits_by_dispatch WHERE status = 'queued'",
    },
    take: redispatch,
  },
  {
    due: {
      "the end of an attempt's lease": `SELECT min(lease_until) FROM edits INDEXED BY edits_by_lease
        WHERE status IN ('starting', 'processing')`,
    },
    take: lookForLost,
  },
  {
    due: {
      "a try at a webhook": "SELECT min(next_at) FROM deliveries WHERE next_at IS NOT NULL",
    },
    take: redeliver,
  },
  {
    due: {
      "a lane in which others wait": "SELECT min(wake_at) FROM lanes WHERE wake_at IS NOT NULL",
    },
    take: (context) => callUpDue(context, batch),
  },
  {
    due: {
      "a removal of an edit's files": "SELECT min(purge_at) FROM edits WHERE purge_at IS NOT NULL",
      "the end of a staging": "SELECT min(lease_until) FROM stagings",
      "the end of an upload": "SELECT min(expires_at) FROM uploads",
      "the end of a removed upload's URLs": "SELECT min(sweep_at) FROM removed_uploads",
      "the second removal of a staging's files": "SELECT min(due_at) FROM sweeps",
    },
    take: sweep,
  },
  {
    due: {
      "the oldest event": `SELECT created_at + ${spans.events + hour} FROM events ORDER BY sequence LIMIT 1`,
    },
    take: quietly(pruneEvents),
  },
  {
    due: {
      "the oldest payload": `SELECT min(completed_at) + ${spans.events + hour} FROM deliveries
        WHERE payload <> ''`,
    },
    take: quietly(dropPayloads),
  },
  {
    due: { "the oldest idempotency key": `SELECT min(expires_at) + ${hour} FROM idempotency` },
    take: quietly(pruneKeys),
  },
  { due: { "a batch for the archive": archiveDeadline }, take: takeArchive },
  { due: { "a day of the ledger": ledgerDeadline }, take: takeLedgerPart },
  { due: { "a report": usageDeadline }, take: takeReport },
];

/** What an account wakes for, and the earliest moment of each; `docs/storage.md` lists them. */
export const deadlines: Readonly<Record<string, string>> = Object.assign(
  {},
  ...kinds.map(({ due }) => due),
);

/** All of them in one row. */
const allDeadlines = `SELECT ${Object.entries(deadlines)
  .map(([name, sql]) => `(${sql}) AS "${name}"`)
  .join(", ")}`;

/**
 * Everything that has come due: expired edits end, and lost work is handed out once more. Each piece stays due until
 * what it was for has happened, so that nothing depends on a message arriving.
 */
export function takeDue(context: AccountContext): WorkMessage[] {
  return context.storage.transactionSync(() => {
    const now = context.now();
    const moments = dueAt(context);
    return kinds.flatMap(({ due, take }) =>
      Object.keys(due).some((name) => (moments[name] ?? Infinity) <= now) ? take(context) : [],
    );
  });
}

/** When the account wants to be woken next, in milliseconds; null when nothing is waiting. */
export function nextDueAt(context: AccountContext): number | null {
  const moments = Object.values(dueAt(context)).filter((moment) => moment !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** The earliest moment of each. */
function dueAt(context: AccountContext): Readonly<Record<string, number | null>> {
  return context.storage.exec<Record<string, number | null>>(allDeadlines)[0] ?? {};
}

/** Raises an alert where work waits that every net should have woken the account for long ago. */
export function tellLateness(context: AccountContext): void {
  const { account } = context;
  const late = context.now() - (nextDueAt(context) ?? Infinity);
  if (late > lateness) context.raise("wake.behind", { account, seconds: Math.round(late / 1000) });
}

function quietly(work: (context: AccountContext) => void): Kind["take"] {
  return (context) => {
    work(context);
    return [];
  };
}

function endExpired(context: AccountContext): WorkMessage[] {
  return context.storage
    .exec<EditRow>(
      `SELECT * FROM edits INDEXED BY edits_by_deadline
       WHERE status IN ('queued', 'starting', 'processing') AND deadline <= ? LIMIT ?`,
      context.now(),
      batch,
    )
    .flatMap((row) => advance(context, row, { type: "deadline" }).messages);
}

function redispatch(context: AccountContext): WorkMessage[] {
  const rows = context.storage.exec<EditRow>(
    `SELECT * FROM edits INDEXED BY edits_by_dispatch
     WHERE status = 'queued' AND dispatch_at <= ? ORDER BY dispatch_at, id LIMIT ?`,
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
      `UPDATE edits SET lease_until = ? WHERE id IN (SELECT id FROM edits INDEXED BY edits_by_lease
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
  const now = context.now();
  const expired = [
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
