import type { UsageDay } from "../account/usage.ts";
import type { Histogram } from "../reports/histogram.ts";

/** Days of accounts, as they were last reported. */
export interface ReportedDay extends UsageDay {
  readonly account: string;
}

/** Which days an operator asks for; days are dates, both ends included. */
export interface UsageQuery {
  readonly account: string | null;
  readonly from: string;
  readonly to: string;
  /** The last row of the page before: its day and account. */
  readonly after: { readonly day: string; readonly account: string } | null;
  readonly limit: number;
}

/**
 * Writes days of an account. Totals replace totals, and only newer ones older ones: a report may come twice, late, or
 * after a later one.
 */
export async function recordUsage(
  db: D1Database,
  account: string,
  days: readonly UsageDay[],
): Promise<void> {
  if (days.length === 0) return;
  const statement = db.prepare(
    `INSERT INTO usage (account, day, succeeded, failed, canceled, expired, outputs, charged,
       latency, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (day, account) DO UPDATE SET succeeded = excluded.succeeded,
       failed = excluded.failed, canceled = excluded.canceled, expired = excluded.expired,
       outputs = excluded.outputs, charged = excluded.charged, latency = excluded.latency,
       revision = excluded.revision WHERE excluded.revision > usage.revision`,
  );
  await db.batch(
    days.map((one) =>
      statement.bind(
        account,
        one.day,
        one.succeeded,
        one.failed,
        one.canceled,
        one.expired,
        one.outputs,
        one.charged,
        JSON.stringify(one.latency),
        one.revision,
      ),
    ),
  );
}

/** A page of days, oldest first, accounts in order within a day. */
export async function readUsage(db: D1Database, query: UsageQuery): Promise<ReportedDay[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM usage WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR account = ?3)
         AND (day, account) > (?4, ?5) ORDER BY day, account LIMIT ?6`,
    )
    .bind(
      query.from,
      query.to,
      query.account,
      query.after?.day ?? "",
      query.after?.account ?? "",
      query.limit,
    )
    .all<Omit<ReportedDay, "latency"> & { latency: string }>();
  return results.map((row) => ({ ...row, latency: JSON.parse(row.latency) as Histogram }));
}
