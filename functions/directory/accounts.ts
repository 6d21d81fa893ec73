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

/** Notes when an account wants to be woken (milliseconds). */
export async function setWake(db: D1Database, id: string, wakeAt: number): Promise<void> {
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
