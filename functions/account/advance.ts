import type { WorkMessage } from "../../schemas/work-message.ts";
import { spans, type AccountContext } from "./context.ts";
import { isTerminal, next, type EditEvent } from "./edit-machine.ts";
import type { EditRow } from "./edit-row.ts";
import { announce } from "./events.ts";
import { settle } from "./ledger.ts";
import { countUsage } from "./usage.ts";

/** What a change of an edit leaves to be done outside the account. Every message is due again by itself if lost. */
export interface Advance {
  readonly changed: boolean;
  readonly row: EditRow;
  readonly messages: readonly WorkMessage[];
}

/** When a queued edit looks again for a slot, in milliseconds: doubling up to five minutes. */
export function dispatchDelay(dispatches: number): number {
  return Math.min(15_000 * 2 ** dispatches, 300_000);
}

/**
 * Feeds one event to an edit and carries out what the machine says, all in the caller's transaction: status, money,
 * event and deliveries move together or not at all. `result` is stored when the event ends the edit with outputs; the
 * files of an edit that ends without any are purged at once.
 */
export function advance(
  context: AccountContext,
  row: EditRow,
  event: EditEvent,
  result?: string,
): Advance {
  const { storage, settings } = context;
  const now = context.now();
  const { state, effects, refusal } = next(
    { status: row.status, attempt: row.attempt, counted: row.counted },
    event,
    spans.maxAttempts,
  );
  if (effects.length === 0) return { changed: false, row, messages: [] };

  const ended = isTerminal(state.status);
  const delivered = effects.find((effect) => effect.type === "settle")?.delivered ?? 0;
  const lease = { starting: settings.startingLease, processing: settings.processingLease };
  const [after] = storage.exec<EditRow>(
    `UPDATE edits SET status = ?, attempt = ?, counted = ?, lease_until = ?, dispatch_at = ?,
       charged = ?, started_at = coalesce(started_at, ?), completed_at = ?,
       result = coalesce(?, result), error = ?, purge_at = ? WHERE id = ? RETURNING *`,
    state.status,
    state.attempt,
    state.counted,
    state.status === "starting" || state.status === "processing" ? now + lease[state.status] : null,
    state.status === "queued" ? now + dispatchDelay(row.dispatches) : null,
    delivered * row.unit_price,
    state.status === "processing" || state.status === "succeeded" ? now : null,
    ended ? now : null,
    result ?? null,
    refusal === undefined ? null : JSON.stringify(refusal),
    ended ? now + (delivered > 0 ? spans.retention : 0) : null,
    row.id,
  );
  if (after === undefined) throw new Error("the edit has gone");

  tellFailure(context, row, after, event);
  const messages: WorkMessage[] = [];
  const about = { v: 1, account: context.account, edit: row.id } as const;
  for (const effect of effects) {
    switch (effect.type) {
      case "settle":
        settle(context, row.id, row.reserved, after.charged);
        countUsage(context, after);
        endAttempts(context, row, state.status);
        break;
      case "announce":
        messages.push(...announce(context, after));
        break;
      case "dispatch":
        messages.push({ ...about, type: "dispatch", attempt: state.attempt + 1 });
        break;
      case "free_slot":
        // Of an edit that is over everything comes free, its waiting attempt's place in the line too.
        messages.push({ ...about, type: "release", ...(ended ? {} : { attempt: state.attempt }) });
        break;
      case "stop_prediction":
        messages.push(...stopMessages(context, row));
        break;
      default:
        effect satisfies never;
    }
  }
  return { changed: true, row: after, messages };
}

/** Raises an alert where an edit failed its customer for a reason that is the deployment's. */
function tellFailure(
  context: AccountContext,
  before: EditRow,
  { status }: EditRow,
  event: EditEvent,
): void {
  const ids = { account: context.account, edit: before.id, attempt: before.attempt };
  if (event.type === "lost" && status === "failed") context.raise("edit.lost", ids);
  if (event.type !== "deadline") return;
  context.raise(before.status === "queued" ? "edit.starved" : "edit.overran", ids);
}

function endAttempts(context: AccountContext, row: EditRow, outcome: string): void {
  context.storage.exec(
    "UPDATE attempts SET ended_at = ?, outcome = ? WHERE edit = ? AND ended_at IS NULL",
    context.now(),
    outcome,
    row.id,
  );
}

function stopMessages(context: AccountContext, row: EditRow): WorkMessage[] {
  return context.storage
    .exec<{ prediction: string }>(
      "SELECT prediction FROM attempts WHERE edit = ? AND number = ? AND prediction IS NOT NULL",
      row.id,
      row.attempt,
    )
    .map(({ prediction }) => ({
      v: 1,
      type: "cancel",
      account: context.account,
      edit: row.id,
      attempt: row.attempt,
      prediction,
    }));
}
