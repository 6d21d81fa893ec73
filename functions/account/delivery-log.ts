import type { Delivery } from "../../schemas/delivery.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import { spans, type AccountContext } from "./context.ts";
import { addDelivery, findDelivery, toDelivery, type DeliveryRow } from "./delivery-row.ts";
import { findEndpoint } from "./endpoint-row.ts";
import { probeAt } from "./lanes.ts";
import type { SqlValue } from "./storage.ts";

/** Sorts after every delivery id. */
const lastId = "dlv_~";

/** A page of deliveries as resources. */
export interface DeliveryPage {
  readonly data: Delivery[];
  /** The id to list below for the following page; null on the last one. */
  readonly next: string | null;
}

/** Which page of a log is asked for. */
export interface PageQuery {
  readonly limit: number;
  readonly before?: string | undefined;
}

/** A delivery as customers see it now. */
export function deliveryResource(context: AccountContext, row: DeliveryRow): Delivery {
  return toDelivery(row, row.status === "pending" ? probeAt(context, row.lane) : null);
}

/** A delivery, or the refusal of an id that the account does not have. */
export function knownDelivery(context: AccountContext, id: string): Result<DeliveryRow, Refusal> {
  const row = findDelivery(context, id);
  if (row !== undefined) return ok(row);
  return err({ code: "delivery_not_found", detail: "This account has no such delivery." });
}

/** A page of the deliveries to an endpoint, newest first. */
export function endpointDeliveries(
  context: AccountContext,
  endpoint: string,
  query: PageQuery,
): DeliveryPage {
  return page(context, "endpoint = ?", endpoint, query);
}

/** A page of the deliveries of an edit's events, newest first. */
export function editDeliveries(
  context: AccountContext,
  edit: string,
  query: PageQuery,
): DeliveryPage {
  return page(context, "edit = ?", edit, query);
}

/**
 * Sends a delivery again by hand. One that has ended is put on its way anew, as another delivery of the same event; one
 * that is still pending is tried at once.
 */
export function redeliver(context: AccountContext, row: DeliveryRow): Result<DeliveryRow, Refusal> {
  if (row.status === "pending") return ok(tryNow(context, row));
  if (row.payload === "") {
    return err({
      code: "delivery_payload_gone",
      detail: "Payloads are kept for 7 days after a delivery has ended. GET the edit instead.",
    });
  }
  if (row.endpoint !== null) {
    const endpoint = findEndpoint(context, row.endpoint);
    if (endpoint?.status !== "enabled") return err(endpointDisabled);
  }
  const { id, edit, event, type, endpoint, url, payload, scheme } = row;
  const redeliveryOf = row.redelivery_of ?? id;
  return ok(
    addDelivery(context, { edit, event, type, endpoint, url, payload, scheme, redeliveryOf }),
  );
}

/** Nothing can be sent to an endpoint that is disabled or deleted. */
export const endpointDisabled: Refusal = {
  code: "webhook_endpoint_disabled",
  detail: "The endpoint is disabled or deleted. Enable it first: PATCH it with status enabled.",
};

/** Lets go of the payloads of deliveries that ended as long ago as the event log is kept. */
export function dropPayloads(context: AccountContext): void {
  context.storage.exec(
    `UPDATE deliveries SET type = coalesce(type, json_extract(payload, '$.type')), payload = ''
     WHERE payload <> '' AND completed_at <= ?`,
    context.now() - spans.events,
  );
}

function tryNow(context: AccountContext, row: DeliveryRow): DeliveryRow {
  const now = context.now();
  const [after] = context.storage.exec<DeliveryRow>(
    `UPDATE deliveries SET due_at = min(due_at, ?), next_at = CASE
         WHEN next_at IS NULL OR leased_until > ? THEN next_at ELSE min(next_at, ?) END
     WHERE id = ? RETURNING *`,
    now,
    now,
    now,
    row.id,
  );
  return after ?? row;
}

function page(
  context: AccountContext,
  of: "endpoint = ?" | "edit = ?",
  id: SqlValue,
  query: PageQuery,
): DeliveryPage {
  const rows = context.storage.exec<DeliveryRow>(
    `SELECT * FROM deliveries WHERE ${of} AND id < ? ORDER BY id DESC LIMIT ?`,
    id,
    query.before ?? lastId,
    query.limit + 1,
  );
  const shown = rows.slice(0, query.limit);
  return {
    data: shown.map((row) => deliveryResource(context, row)),
    next: rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
