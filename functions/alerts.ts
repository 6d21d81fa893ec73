import { describeError, type LogFields } from "./log.ts";

/** When lines of an alert are worth waking somebody: so many within so many minutes. */
interface Threshold {
  readonly lines: number;
  readonly minutes: number;
}

const once: Threshold = { lines: 1, minutes: 10 };
const few: Threshold = { lines: 5, minutes: 10 };
const many: Threshold = { lines: 50, minutes: 10 };

/**
 * Everything that an operator is told of. Each is the `event` of a log line of the level `error`, no other line has that
 * level, and `infra/RUNBOOK.md` says of each what it means and what to do. A name is stable: others filter by it.
 */
export const alerts = {
  "configuration.invalid": once,
  "request.failed": once,
  "request.unavailable": many,
  "work.dead": once,
  "work.unreadable": once,
  "queue.failed": few,
  "alarm.failed": few,
  "wake.behind": few,
  "cron.failed": few,
  "cron.behind": few,
  "directory.failed": few,
  "archive.failed": few,
  "edit.starved": few,
  "edit.overran": few,
  "edit.lost": few,
  "prediction.rejected": few,
  "manifest.invalid": once,
  "copy.unusable": few,
  "callback.failed": few,
  "callback.unauthenticated": few,
  "callback.forged": few,
  "url.forged": many,
  "admin.refused": few,
  "payment.refused": once,
  "resolver.failed": many,
  "webhook.blocked": once,
} as const satisfies Record<string, Threshold>;

/** The stable name of an alert. */
export type Alert = keyof typeof alerts;

/** Writes the line of an alert, with the ids that find the rest of it again. */
export function raise(alert: Alert, fields: LogFields = {}): void {
  console.error(JSON.stringify({ level: "error", event: alert, ...fields }));
}

/** Does work, and raises the alert where that throws. Throws the same. */
export async function watched<T>(
  alert: Alert,
  fields: LogFields,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    raise(alert, { ...fields, reason: describeError(error) });
    throw error;
  }
}
