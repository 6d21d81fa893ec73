import type { WorkMessage } from "../../schemas/work-message.ts";
import { slotOf, type Histogram } from "../reports/histogram.ts";
import type { AccountContext } from "./context.ts";
import type { EditRow } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

/** Changes gather this long before they are reported, in milliseconds. */
const gathering = 60_000;

/** A report that came to nothing is made again after this, in milliseconds. */
const again = 5 * 60_000;

/** Days reported at once. */
const batch = 50;

/** What an account did on one day (UTC): totals, so that reporting them again changes nothing. */
export interface UsageDay {
  readonly day: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
  readonly expired: number;
  /** Outputs that were delivered. */
  readonly outputs: number;
  /** Micro-credits. */
  readonly charged: number;
  /** From acceptance to success. */
  readonly latency: Histogram;
  /** Grows with every change; of two reports of a day, the one with the higher counts. */
  readonly revision: number;
}

interface UsageRow extends Record<string, SqlValue> {
  day: string;
  succeeded: number;
  failed: number;
  canceled: number;
  expired: number;
  outputs: number;
  charged: number;
  latency: string;
  revision: number;
}

/** When a report is due; a query for `due.ts`. */
export const usageDeadline = "SELECT min(report_at) FROM usage WHERE report_at IS NOT NULL";

/** Counts an edit that has just ended, once. Call inside the transaction that ends it. */
export function countUsage(context: AccountContext, row: EditRow): void {
  const now = context.now();
  const slot = row.status === "succeeded" ? String(slotOf(now - row.created_at)) : null;
  const path = `$."${slot}"`;
  context.storage.exec(
    `INSERT INTO usage (day, ${row.status}, outputs, charged, latency, revision, report_at)
     VALUES (?, 1, ?, ?, ?, 1, ?)
     ON CONFLICT (day) DO UPDATE SET ${row.status} = ${row.status} + 1,
       outputs = outputs + excluded.outputs, charged = charged + excluded.charged,
       latency = CASE WHEN excluded.latency = '{}' THEN latency
         ELSE json_set(latency, ?, coalesce(json_extract(latency, ?), 0) + 1) END,
       revision = revision + 1, report_at = coalesce(report_at, excluded.report_at)`,
    dayOf(now),
    row.charged / row.unit_price,
    row.charged,
    slot === null ? "{}" : JSON.stringify({ [slot]: 1 }),
    now + gathering,
    path,
    path,
  );
}

/** Asks for a report when one is due. It stays due until `usageReported` says that it was made. */
export function takeReport(context: AccountContext): WorkMessage[] {
  const now = context.now();
  const due = context.storage.exec(
    "UPDATE usage SET report_at = ? WHERE report_at <= ? RETURNING day",
    now + again,
    now,
  );
  return due.length === 0 ? [] : [{ v: 1, type: "report", account: context.account }];
}

/** The days that have changed since they were last reported, oldest first. */
export function unreportedUsage(context: AccountContext): UsageDay[] {
  return context.storage
    .exec<UsageRow>("SELECT * FROM usage WHERE report_at IS NOT NULL ORDER BY day LIMIT ?", batch)
    .map((row) => ({
      day: row.day,
      succeeded: row.succeeded,
      failed: row.failed,
      canceled: row.canceled,
      expired: row.expired,
      outputs: row.outputs,
      charged: row.charged,
      latency: JSON.parse(row.latency) as Histogram,
      revision: row.revision,
    }));
}

/** Notes that these days were reported as they were then; one that has changed since stays due. */
export function usageReported(
  context: AccountContext,
  days: readonly { readonly day: string; readonly revision: number }[],
): void {
  for (const { day, revision } of days) {
    context.storage.exec(
      "UPDATE usage SET report_at = NULL WHERE day = ? AND revision = ?",
      day,
      revision,
    );
  }
}

/** Has every day reported once more. */
export function reportAgain(context: AccountContext): void {
  context.storage.exec("UPDATE usage SET report_at = ?", context.now());
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
