import { z } from "@hono/zod-openapi";
import { AccountEventType, EditEventType, EndpointEventType } from "./event-type.ts";

/** Endpoints that an account may have at the same time. */
export const maxEndpoints = 10;

const EndpointId = z
  .string()
  .regex(/^whe_[0-9a-z]{26}$/)
  .openapi({ example: "whe_01k9qz4w6h8v3m5n7p2r4t6x8z" });

/** What an endpoint can subscribe to: an event's type, every type of a family, or everything. */
export const EventFilter = z
  .enum([
    "*",
    "edit.*",
    ...EditEventType.options,
    "endpoint.*",
    ...EndpointEventType.exclude(["webhook.test"]).options,
    "balance.*",
    "account.*",
    ...AccountEventType.options,
  ])
  .openapi("EventFilter");
export type EventFilter = z.infer<typeof EventFilter>;

/** Why an endpoint gets nothing any more. */
export const DisabledReason = z.enum(["requested", "gone", "exhausted"]).openapi({
  description:
    "`requested`: you disabled it. `gone`: it answered 410. `exhausted`: a delivery to it used up every try.",
});
export type DisabledReason = z.infer<typeof DisabledReason>;
export const EndpointStatus = z.enum(["enabled", "disabled"]);
export type EndpointStatus = z.infer<typeof EndpointStatus>;

/** An address that the account's events are sent to. */
export const WebhookEndpoint = z
  .object({
    id: EndpointId,
    object: z.literal("webhook_endpoint"),
    url: z.string(),
    events: z.array(EventFilter),
    description: z.string(),
    status: EndpointStatus,
    disabled_reason: DisabledReason.nullable(),
    disabled_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi("WebhookEndpoint");
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

/** A new endpoint with its secret, so that the first event can be verified. */
export const CreatedWebhookEndpoint = WebhookEndpoint.extend({ secret: z.string() }).openapi(
  "CreatedWebhookEndpoint",
);
export type CreatedWebhookEndpoint = z.infer<typeof CreatedWebhookEndpoint>;

export const WebhookEndpointList = z
  .object({ object: z.literal("list"), data: z.array(WebhookEndpoint) })
  .openapi("WebhookEndpointList");

const Url = z.string().max(2_048).openapi({ example: "https://hooks.example.com/inlay" });
const Events = z.array(EventFilter).min(1).max(EventFilter.options.length);
const Description = z.string().max(200);

export const WebhookEndpointRequest = z
  .strictObject({
    url: Url,
    events: Events.default(["edit.*"]),
    description: Description.default(""),
  })
  .openapi("WebhookEndpointRequest");
export type WebhookEndpointRequest = z.infer<typeof WebhookEndpointRequest>;

/** What may be changed of an endpoint; what is left out stays. Enabling it again forgets why it was disabled. */
export const WebhookEndpointChange = z
  .strictObject({
    url: Url.optional(),
    events: Events.optional(),
    description: Description.optional(),
    status: EndpointStatus.optional(),
  })
  .openapi("WebhookEndpointChange");
export type WebhookEndpointChange = z.infer<typeof WebhookEndpointChange>;

/** A new secret. Until `previous_expires_at` deliveries are signed with the one before as well. */
export const RotatedSecret = z
  .object({ key: z.string(), previous_expires_at: z.iso.datetime() })
  .openapi("RotatedSecret");
export type RotatedSecret = z.infer<typeof RotatedSecret>;
