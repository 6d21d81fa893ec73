import { tryLease } from "../deliver/breaker.ts";
import { next, type DeliveryEvent } from "../deliver/delivery-machine.ts";
import { scheduleSpan } from "../deliver/schedule.ts";
import type { DeliveryScheme } from "../../schemas/surface.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { AccountContext } from "./context.ts";
import { findDelivery, type DeliveryRow } from "./delivery-row.ts";
import { findEndpoint } from "./endpoint-row.ts";
import { advanceEndpoint } from "./endpoints.ts";
import { callUp, enterLane, leaveLane, probeAt } from "./lanes.ts";
import { defaultSecret, secretsInForce } from "./secrets.ts";

/** One try at a webhook, leased to whoever asked for it. */
export interface DeliveryTask {
  readonly id: string;
  /** Empty where the event is not about an edit. */
  readonly edit: string;
  /** The `webhook-id` header: the same on every try. */
  readonly event: string;
  readonly url: string;
  readonly payload: string;
  /** What the try is signed with, newest first; two for a day after a rotation. */
  readonly secrets: readonly string[];
  /** How it is signed; null for Standard Webhooks. */
  readonly scheme: DeliveryScheme | null;
  /** How many tries came before this one. */
  readonly attempts: number;
}

/** What came of a try: the receiver's status, or why there was none. */
export interface DeliveryOutcome {
  readonly status: number | null;
  readonly error: string | null;
  /** Seconds from the receiver's `Retry-After`. */
  readonly retryAfter: number | null;
  /** The beginning of the receiver's answer, shortened for the log. */
  readonly response?: string | null;
}

/**
 * Leases the next try of a delivery; null when it is finished, not due yet, another try is under way, or its address has
 * enough to do. An endpoint's deliveries go to where it is now, signed with its own secrets.
 */
export function beginDelivery(context: AccountContext, id: string): DeliveryTask | null {
  return context.storage.transactionSync(() => {
    const now = context.now();
    const row = findDelivery(context, id);
    if (row === undefined || row.status !== "pending" || row.due_at > now) return null;
    if (row.leased_until !== null && row.leased_until > now) return null;
    if (row.lane !== null && !enterLane(context, row.lane, id)) return null;
    context.storage.exec(
      "UPDATE deliveries SET next_at = ?, leased_until = ?, last_try_at = ? WHERE id = ?",
      now + tryLease,
      now + tryLease,
      now,
      id,
    );
    const endpoint = row.endpoint === null ? undefined : findEndpoint(context, row.endpoint);
    const { edit, event, url, payload, attempts, scheme } = row;
    return {
      id,
      edit,
      event,
      url: endpoint?.url ?? url,
      payload,
      secrets: secretsInForce(endpoint ?? defaultSecret(context), now),
      scheme,
      attempts,
    };
  });
}

/** Records a try and tells its address and its endpoint of it; returns what may be sent next. */
export function finishDelivery(
  context: AccountContext,
  id: string,
  outcome: DeliveryOutcome,
  jitter: number,
): WorkMessage[] {
  return context.storage.transactionSync(() => {
    const row = findDelivery(context, id);
    if (row?.status !== "pending") return [];
    const now = context.now();
    const { status, retryAfter } = outcome;
    context.storage.exec(
      `UPDATE deliveries SET leased_until = NULL, last_status = ?, last_error = ?, last_response = ?
       WHERE id = ?`,
      status,
      outcome.error,
      outcome.response ?? null,
      id,
    );
    return advanceDelivery(context, row, { type: "tried", status, now, retryAfter, jitter });
  });
}

/** Feeds one event to a delivery and carries out what the machine says, all in the caller's transaction. */
function advanceDelivery(
  context: AccountContext,
  row: DeliveryRow,
  event: DeliveryEvent,
): WorkMessage[] {
  const now = context.now();
  const { state, effects } = next(
    { status: row.status, tries: row.attempts, dueAt: row.due_at },
    event,
  );
  context.storage.exec(
    "UPDATE deliveries SET status = ?, attempts = ?, due_at = ?, next_at = ?, completed_at = ? WHERE id = ?",
    state.status,
    state.tries,
    state.dueAt ?? row.due_at,
    state.dueAt,
    state.dueAt === null ? now : null,
    row.id,
  );
  return effects.flatMap((effect) => {
    switch (effect) {
      case "answered":
        return row.lane === null ? [] : leaveLane(context, row.lane, { type: "answered" });
      case "failed":
        if (row.lane === null) return [];
        return [
          ...leaveLane(context, row.lane, { type: "failed", now }),
          ...endOutwaited(context, row.lane),
        ];
      case "gone":
      case "exhausted":
        return row.endpoint === null
          ? []
          : advanceEndpoint(context, row.endpoint, { type: effect });
      default:
        return effect satisfies never;
    }
  });
}

/** Ends what is older than all of its tries should take, where the address is left alone because it keeps failing. */
function endOutwaited(context: AccountContext, lane: string): WorkMessage[] {
  if (probeAt(context, lane) === null) return [];
  const old = context.storage.exec<DeliveryRow>(
    `SELECT * FROM deliveries WHERE lane = ? AND status = 'pending' AND created_at <= ?
       AND (leased_until IS NULL OR leased_until <= ?)`,
    lane,
    context.now() - scheduleSpan,
    context.now(),
  );
  if (old.length === 0) return [];
  const messages = old.flatMap((row) => advanceDelivery(context, row, { type: "outwaited" }));
  return [...messages, ...callUp(context, lane)];
}
