import type {
  DisabledReason,
  EndpointStatus,
  EventFilter,
  WebhookEndpoint,
} from "../../schemas/webhook-endpoint.ts";
import type { EventType } from "../../schemas/webhook-event.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

/** A row of `endpoints`. */
export interface EndpointRow extends Record<string, SqlValue> {
  id: string;
  url: string;
  events: string;
  description: string;
  status: EndpointStatus;
  disabled_reason: DisabledReason | null;
  disabled_at: number | null;
  secret: string;
  previous_secret: string | null;
  previous_until: number | null;
  created_at: number;
}

/** An endpoint of this account; a deleted one is unknown. */
export function findEndpoint(context: AccountContext, id: string): EndpointRow | undefined {
  return context.storage.exec<EndpointRow>("SELECT * FROM endpoints WHERE id = ?", id)[0];
}

/** The enabled endpoints that subscribe to events of this type. */
export function subscribers(context: AccountContext, type: EventType): EndpointRow[] {
  return context.storage
    .exec<EndpointRow>("SELECT * FROM endpoints WHERE status = 'enabled' ORDER BY id")
    .filter((row) => wants(filtersOf(row), type));
}

/** Whether one of the filters lets the type through: `*`, the type itself, or its family as in `edit.*`. */
export function wants(filters: readonly EventFilter[], type: EventType): boolean {
  const family = `${type.slice(0, type.indexOf("."))}.*`;
  return filters.some((filter) => filter === "*" || filter === type || filter === family);
}

/** The endpoint as customers see it. */
export function toEndpoint(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    object: "webhook_endpoint",
    url: row.url,
    events: filtersOf(row),
    description: row.description,
    status: row.status,
    disabled_reason: row.disabled_reason,
    disabled_at: row.disabled_at === null ? null : instant(row.disabled_at),
    created_at: instant(row.created_at),
  };
}

function filtersOf(row: EndpointRow): EventFilter[] {
  return JSON.parse(row.events) as EventFilter[];
}
