import { z } from "@hono/zod-openapi";
import { Account } from "./account.ts";
import { Edit } from "./edit.ts";
import { AccountEventType, EditEventType, EndpointEventType } from "./event-type.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";

const head = {
  timestamp: z.iso.datetime(),
  sequence: z.int(),
  trimmed: z
    .array(z.enum(["warnings", "error", "metadata"]))
    .optional()
    .openapi({
      description: "What of `data` was shortened so that the payload stays below 20 kB.",
    }),
};

const EditEvent = z.object({
  type: EditEventType,
  ...head,
  data: Edit,
});
export type EditEvent = z.infer<typeof EditEvent>;

const EndpointEvent = z.object({
  type: EndpointEventType,
  ...head,
  data: WebhookEndpoint,
});

const AccountEvent = z.object({
  type: AccountEventType,
  ...head,
  data: Account,
});
export type AccountEvent = z.infer<typeof AccountEvent>;

/** An entry of the event log, which is the body of its webhooks: frozen when its change was committed. */
export const WebhookEvent = z
  .union([EditEvent, EndpointEvent, AccountEvent])
  .openapi("WebhookEvent");
export type WebhookEvent = z.infer<typeof WebhookEvent>;
export const EventType = z.enum([
  ...EditEventType.options,
  ...EndpointEventType.options,
  ...AccountEventType.options,
]);
export type EventType = z.infer<typeof EventType>;

/** A part of the event log, oldest first. */
export const EventList = z
  .object({
    object: z.literal("list"),
    data: z.array(WebhookEvent),
    has_more: z.boolean(),
    next: z.int().openapi({ description: "Send it as `after` to read on, now or later." }),
  })
  .openapi("EventList");
export type EventList = z.infer<typeof EventList>;
