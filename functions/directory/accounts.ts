import type { ListedAccount } from "../../schemas/directory.ts";

/** The directory of accounts in D1: who exists and who wants to be woken. Never an authority on anything else. */

/** Every account is visited after this at the latest, in milliseconds. */
const visitEvery = 24 * 3_600_000;

/** Notes a new account, to be visited within a day; noting it again changes nothing. */
export async function addAccount(db: D1Database, id: string, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO accounts (id, created_at, status, wake_at) VALUES (?, ?, 'active', ?)
         ON CONFLICT (id) DO NOTHING`,
    )
    .bind(id, now, now + visitEvery)
    .run();
}

/** Notes accounts of which marks tell; what is known of them already stays. */
export async function addAccounts(
  db: D1Database,
  accounts: readonly {
    readonly id: string;
    readonly createdAt: number;
    readonly status: string;
  }[],
): Promise<void> {
  if (accounts.length === 0) return;
  const add = db.prepare(
    `INSERT INTO accounts (id, created_at, status, wake_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
  );
  await db.batch(
    accounts.map(({ id, createdAt, status }) =>
      add.bind(id, createdAt, status, status === "deleted" ? null : createdAt + visitEvery),
    ),
  );
}

/** A page of accounts in the order of their ids. */
export async function listAccounts(
  db: D1Database,
  query: {
    readonly limit: number;
    readonly after: string;
    readonly status?: string | undefined;
  },
): Promise<ListedAccount[]> {
  const { results } = await db
    .prepare(
      `SELECT id, created_at, status FROM accounts WHERE id > ?1 AND (?2 IS NULL OR status = ?2)
       ORDER BY id LIMIT ?3`,
    )
    .bind(query.after, query.status ?? null, query.limit)
    .all<{ id: string; created_at: number; status: ListedAccount["status"] }>();
  return results.map((row) => ({ ...row, created_at: new Date(row.created_at).toISOString() }));
}

/** Notes whether an account is in use; a deleted one stays as a tombstone. */
export async function setStatus(
  db: D1Database,
  id: string,
  status: "active" | "suspended" | "deleted",
): Promise<void> {
  await db.prepare("UPDATE accounts SET status = ? WHERE id = ?").bind(status, id).run();
}

/** Notes when an account wants to be woken (milliseconds), null for never. */
export async function setWake(db: D1Database, id: string, wakeAt: number | null): Promise<void> {
  await db.prepare("UPDATE accounts SET wake_at = ? WHERE id = ?").bind(wakeAt, id).run();
}

/**
 * Takes accounts that are due, and those with unfinished work that were not visited for a day; the visit is noted, so
 * that the next call goes on where this one ended.
 */
export async function takeDueAccounts(
  db: D1Database,
  now: number,
  limit: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `UPDATE accounts SET visited_at = ?1, wake_at = max(wake_at, ?1 + 60000) WHERE id IN (
         SELECT id FROM accounts WHERE wake_at <= ?1
           OR (wake_at IS NOT NULL AND coalesce(visited_at, created_at) <= ?1 - ?2)
         ORDER BY wake_at LIMIT ?3) RETURNING id`,
    )
    .bind(now, visitEvery, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}
