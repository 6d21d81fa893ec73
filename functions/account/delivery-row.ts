import type { Delivery, DeliveryStatus } from "../../schemas/delivery.ts";
import type { DeliveryScheme } from "../../schemas/surface.ts";
import type { EventType } from "../../schemas/webhook-event.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

/** A row of `deliveries`. What the first version of the tables did not have may be null in old rows. */
export interface DeliveryRow extends Record<string, SqlValue> {
  id: string;
  /** Empty where the event is not about an edit. */
  edit: string;
  event: string;
  type: EventType | null;
  endpoint: string | null;
  /** Whose breaker it passes: the endpoint, or the address of an edit's own webhook. */
  lane: string | null;
  url: string;
  payload: string;
  status: DeliveryStatus;
  attempts: number;
  due_at: number;
  leased_until: number | null;
  /** When the account looks after it; null while it waits for its lane, and at its end. */
  next_at: number | null;
  last_try_at: number | null;
  last_status: number | null;
  last_error: string | null;
  last_response: string | null;
  redelivery_of: string | null;
  /** How it is signed; null for Standard Webhooks. */
  scheme: DeliveryScheme | null;
  created_at: number;
  completed_at: number | null;
}

/** The first try is made right after the commit; this is when the account looks whether it was lost. */
const firstNet = 15_000;

/** What is on its way, and where to. */
export type NewDelivery = Pick<
  DeliveryRow,
  "edit" | "event" | "type" | "endpoint" | "url" | "payload"
> & { readonly redeliveryOf?: string; readonly scheme?: DeliveryScheme | null };

/** Puts a frozen event on its way to one address. Call inside the transaction that writes the event. */
export function addDelivery(context: AccountContext, delivery: NewDelivery): DeliveryRow {
  const now = context.now();
  const [row] = context.storage.exec<DeliveryRow>(
    `INSERT INTO deliveries (id, edit, event, type, endpoint, lane, url, payload, redelivery_of, scheme, status,
       due_at, next_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?) RETURNING *`,
    context.newId("dlv"),
    delivery.edit,
    delivery.event,
    delivery.type,
    delivery.endpoint,
    delivery.endpoint ?? laneOf(delivery.url),
    delivery.url,
    delivery.payload,
    delivery.redeliveryOf ?? null,
    delivery.scheme ?? null,
    now,
    now + firstNet,
    now,
  );
  if (row === undefined) throw new Error("the delivery was not written");
  return row;
}

/** A delivery of this account. */
export function findDelivery(context: AccountContext, id: string): DeliveryRow | undefined {
  return context.storage.exec<DeliveryRow>("SELECT * FROM deliveries WHERE id = ?", id)[0];
}

/** The delivery as customers see it. `probeAt` is when its address may be tried again, where that has been failing. */
export function toDelivery(row: DeliveryRow, probeAt: number | null): Delivery {
  const payload = row.type === null ? (JSON.parse(row.payload) as { type: EventType }) : null;
  return {
    id: row.id,
    object: "delivery",
    event: row.event,
    type: row.type ?? payload?.type ?? "edit.succeeded",
    edit: row.edit === "" ? null : row.edit,
    endpoint: row.endpoint,
    url: row.url,
    status: row.status,
    tries: row.attempts,
    last_try_at: instantOrNull(row.last_try_at),
    last_status: row.last_status,
    last_error: row.last_error,
    last_response: row.last_response,
    next_try_at: row.status === "pending" ? instant(Math.max(row.due_at, probeAt ?? 0)) : null,
    created_at: instant(row.created_at),
    completed_at: instantOrNull(row.completed_at),
    redelivery_of: row.redelivery_of,
  };
}

/** The address without its query, which may differ from edit to edit. */
function laneOf(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
