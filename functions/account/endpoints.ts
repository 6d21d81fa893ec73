import {
  maxEndpoints,
  type WebhookEndpointChange,
  type WebhookEndpointRequest,
} from "../../schemas/webhook-endpoint.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { next as nextOfDelivery } from "../deliver/delivery-machine.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { next, type EndpointEvent } from "./endpoint-machine.ts";
import { findEndpoint, toEndpoint, type EndpointRow } from "./endpoint-row.ts";
import { publish } from "./events.ts";
import { resetLane } from "./lanes.ts";

/** The account's endpoints, oldest first. */
export function listEndpoints(context: AccountContext): EndpointRow[] {
  return context.storage.exec<EndpointRow>("SELECT * FROM endpoints ORDER BY id");
}

/** An endpoint, or the refusal of an id that the account does not have. */
export function knownEndpoint(context: AccountContext, id: string): Result<EndpointRow, Refusal> {
  const row = findEndpoint(context, id);
  if (row !== undefined) return ok(row);
  return err({
    code: "webhook_endpoint_not_found",
    detail: "This account has no such webhook endpoint.",
  });
}

/** Adds an endpoint, enabled, with a secret of its own. */
export function createEndpoint(
  context: AccountContext,
  request: WebhookEndpointRequest,
  secret: string,
): Result<EndpointRow, Refusal> {
  if (listEndpoints(context).length >= maxEndpoints) {
    return err({
      code: "webhook_endpoints_too_many",
      detail: `An account has at most ${maxEndpoints} webhook endpoints. Delete one first.`,
    });
  }
  const [row] = context.storage.exec<EndpointRow>(
    `INSERT INTO endpoints (id, url, events, description, status, secret, created_at)
     VALUES (?, ?, ?, ?, 'enabled', ?, ?) RETURNING *`,
    context.newId("whe"),
    request.url,
    JSON.stringify(request.events),
    request.description,
    secret,
    context.now(),
  );
  if (row === undefined) throw new Error("the endpoint was not written");
  return ok(row);
}

/** Changes what is given; enabling, disabling and another address go through the machine. */
export function changeEndpoint(
  context: AccountContext,
  row: EndpointRow,
  change: WebhookEndpointChange,
): { row: EndpointRow; messages: WorkMessage[] } {
  context.storage.exec(
    "UPDATE endpoints SET url = ?, events = ?, description = ? WHERE id = ?",
    change.url ?? row.url,
    change.events === undefined ? row.events : JSON.stringify(change.events),
    change.description ?? row.description,
    row.id,
  );
  const events: EndpointEvent[] = [
    ...(change.url === undefined || change.url === row.url ? [] : [{ type: "moved" } as const]),
    ...(change.status === undefined
      ? []
      : [{ type: change.status === "enabled" ? "enable" : "disable" } as const]),
  ];
  const messages = events.flatMap((event) => advanceEndpoint(context, row.id, event));
  return { row: findEndpoint(context, row.id) ?? row, messages };
}

/**
 * Feeds one event to an endpoint and carries out what the machine says, all in the caller's transaction. Deliveries of
 * an endpoint that is disabled or deleted end with it.
 */
export function advanceEndpoint(
  context: AccountContext,
  id: string,
  event: EndpointEvent,
): WorkMessage[] {
  const row = findEndpoint(context, id);
  if (row === undefined) return [];
  const { state, effects } = next({ disabled: row.disabled_reason }, event);
  const now = context.now();
  if (event.type === "delete") {
    context.storage.exec("DELETE FROM endpoints WHERE id = ?", id);
  } else if (state.disabled !== row.disabled_reason) {
    context.storage.exec(
      "UPDATE endpoints SET status = ?, disabled_reason = ?, disabled_at = ? WHERE id = ?",
      state.disabled === null ? "enabled" : "disabled",
      state.disabled,
      state.disabled === null ? null : now,
      id,
    );
  }
  return effects.flatMap((effect) => {
    switch (effect) {
      case "end_deliveries":
        endDeliveries(context, id);
        return [];
      case "reset_breaker":
        resetLane(context, id);
        return [];
      case "announce": {
        const data = toEndpoint(findEndpoint(context, id) ?? row);
        context.log("endpoint.disabled", { account: context.account, endpoint: id });
        return publish(context, { type: "endpoint.disabled", data });
      }
      default:
        return effect satisfies never;
    }
  });
}

/** All at once: what the machine says of a pending delivery does not depend on its tries. */
function endDeliveries(context: AccountContext, endpoint: string): void {
  const pending = { status: "pending", tries: 0, dueAt: 0 } as const;
  const { state } = nextOfDelivery(pending, { type: "endpoint_ended" });
  context.storage.exec(
    `UPDATE deliveries SET status = ?, next_at = NULL, leased_until = NULL, completed_at = ?
     WHERE endpoint = ? AND status = 'pending'`,
    state.status,
    context.now(),
    endpoint,
  );
}
