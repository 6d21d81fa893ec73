import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import { nextDeliveryAt } from "../deliver/schedule.ts";
import type { AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";

interface DeliveryRow extends Record<string, SqlValue> {
  id: string;
  edit: string;
  event: string;
  url: string;
  payload: string;
  status: "pending" | "delivered" | "failed";
  attempts: number;
  due_at: number;
  created_at: number;
}

/** One try at a webhook, leased to whoever asked for it. */
export interface DeliveryTask {
  readonly id: string;
  readonly edit: string;
  /** The `webhook-id` header: the same on every try. */
  readonly event: string;
  readonly url: string;
  readonly payload: string;
  readonly secret: string;
  /** How many tries came before this one. */
  readonly attempts: number;
}

/** What came of a try: the receiver's status, or why there was none. */
export interface DeliveryOutcome {
  readonly status: number | null;
  readonly error: string | null;
  /** Seconds from the receiver's `Retry-After`. */
  readonly retryAfter: number | null;
}

/** How long a try may be under way before another may begin. */
const tryLease = 60_000;

/** The first try is made right after the commit; this is when the account looks whether it was lost. */
const firstNet = 15_000;

/** Puts an event on its way to a URL. Call inside the transaction that writes the event. */
export function addDelivery(context: AccountContext, event: WebhookEvent, url: string): string {
  const id = context.newId("dlv");
  context.storage.exec(
    `INSERT INTO deliveries (id, edit, event, url, payload, status, due_at, next_at, created_at)
     VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)`,
    id,
    event.data.id,
    context.newId("evt"),
    url,
    JSON.stringify(event),
    context.now(),
    context.now() + firstNet,
    context.now(),
  );
  return id;
}

/** Leases the next try of a delivery; null when it is finished, not due yet, or another try is under way. */
export function beginDelivery(context: AccountContext, id: string): DeliveryTask | null {
  const now = context.now();
  const [row] = context.storage.exec<DeliveryRow & { secret: string }>(
    `UPDATE deliveries SET next_at = ?, leased_until = ?
     WHERE id = ? AND status = 'pending' AND due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
     RETURNING *, (SELECT webhook_secret FROM account) AS secret`,
    now + tryLease,
    now + tryLease,
    id,
    now,
    now,
  );
  if (row === undefined) return null;
  const { edit, event, url, payload, secret, attempts } = row;
  return { id, edit, event, url, payload, secret, attempts };
}

/**
 * Records a try. 2xx delivers; 410 ends the delivery for good; anything else, redirects included, is tried again on
 * the published schedule until that is used up.
 */
export function finishDelivery(
  context: AccountContext,
  id: string,
  outcome: DeliveryOutcome,
  jitter: number,
): void {
  const [row] = context.storage.exec<DeliveryRow>(
    "SELECT * FROM deliveries WHERE id = ? AND status = 'pending'",
    id,
  );
  if (row === undefined) return;
  const now = context.now();
  const attempts = row.attempts + 1;
  const delivered = outcome.status !== null && outcome.status >= 200 && outcome.status < 300;
  const again =
    delivered || outcome.status === 410
      ? null
      : nextDeliveryAt({ attempts, now, retryAfter: outcome.retryAfter, jitter });
  const status = delivered ? "delivered" : again === null ? "failed" : "pending";
  context.storage.exec(
    `UPDATE deliveries SET status = ?, attempts = ?, due_at = ?, next_at = ?, leased_until = NULL,
       last_status = ?, last_error = ?, completed_at = ? WHERE id = ?`,
    status,
    attempts,
    again ?? row.due_at,
    again,
    outcome.status,
    outcome.error,
    again === null ? now : null,
    id,
  );
}
