import type { WorkMessage } from "../../schemas/work-message.ts";
import { accountPrefixes } from "../images/object-keys.ts";
import { advance } from "./advance.ts";
import { urlsOutlive, type AccountContext } from "./context.ts";
import type { EditRow } from "./edit-row.ts";
import type { Storage } from "./storage.ts";
import { purging, uploadsInParts } from "./upload-removal.ts";

/** How often the files of a deleted account are removed again, after the first time. */
const purges = 2;

/** Milliseconds between the last two, should a message be lost. */
const purgeAgain = 3_600_000;

/**
 * Deletes the account: unfinished edits are cancelled, every table goes, and every file. What stays is one row that has
 * the files removed again when the last URL that could still write has expired; after that it goes too. Returns what has
 * to follow.
 */
export function closeAccount(context: AccountContext): WorkMessage[] {
  const { account, storage } = context;
  return storage.transactionSync(() => {
    const stopped = storage
      .exec<EditRow>("SELECT * FROM edits WHERE status IN ('queued', 'starting', 'processing')")
      .flatMap((row) => advance(context, row, { type: "cancel" }).messages)
      .filter(({ type }) => type !== "deliver");
    const parts = purging(context, uploadsInParts(context));
    const [urls] = storage.exec<{ end: number }>(
      `SELECT max(coalesce((SELECT max(deadline) FROM edits), 0),
         coalesce((SELECT max(expires_at) FROM uploads), 0),
         coalesce((SELECT max(sweep_at) FROM removed_uploads), 0) - ?) AS end`,
      urlsOutlive,
    );
    dropTables(storage);
    storage.exec(
      `CREATE TABLE closed (account TEXT PRIMARY KEY, purge_at INTEGER NOT NULL,
         purges INTEGER NOT NULL) STRICT`,
    );
    storage.exec(
      "INSERT INTO closed VALUES (?, ?, ?)",
      account,
      Math.max(urls?.end ?? 0, context.now()) + urlsOutlive,
      purges,
    );
    return [...stopped, ...parts, purge(account)];
  });
}

/** The id of the account that was here and is being removed; null when there is none. */
export function closedAccountId(storage: Storage): string | null {
  if (storage.exec("SELECT 1 FROM sqlite_master WHERE name = 'closed'").length === 0) return null;
  return storage.exec<{ account: string }>("SELECT account FROM closed")[0]?.account ?? null;
}

/** When the files are to be removed again, in milliseconds; null when that is done. */
export function closingDueAt(context: AccountContext): number | null {
  if (closedAccountId(context.storage) === null) return null;
  return (
    context.storage.exec<{ due: number }>("SELECT purge_at AS due FROM closed")[0]?.due ?? null
  );
}

/** Has the files removed again when that is due; nothing of the account is left after the last time. */
export function takeClosing(context: AccountContext): WorkMessage[] {
  const due = closingDueAt(context);
  if (due === null || due > context.now()) return [];
  return context.storage.transactionSync(() => {
    const [row] = context.storage.exec<{ purges: number }>(
      "UPDATE closed SET purges = purges - 1, purge_at = ? RETURNING purges",
      context.now() + purgeAgain,
    );
    if ((row?.purges ?? 0) <= 0) context.storage.exec("DROP TABLE closed");
    return [purge(context.account)];
  });
}

function purge(account: string): WorkMessage {
  return { v: 1, type: "purge", account, prefixes: accountPrefixes(account) };
}

/** Drops every table of the account, whatever refers to what; dropping sets off none of the ledger's triggers. */
function dropTables(storage: Storage): void {
  storage.exec("PRAGMA defer_foreign_keys = ON");
  const tables = storage.exec<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table'
       AND substr(name, 1, 7) <> 'sqlite_' AND substr(name, 1, 4) <> '_cf_'`,
  );
  for (const { name } of tables) storage.exec(`DROP TABLE "${name}"`);
}
