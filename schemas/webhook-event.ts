import { z } from "@hono/zod-openapi";
import { Edit } from "./edit.ts";
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
  type: z.enum([
    "edit.queued",
    "edit.starting",
    "edit.processing",
    "edit.succeeded",
    "edit.failed",
    "edit.canceled",
    "edit.expired",
  ]),
  ...head,
  data: Edit,
});
export type EditEvent = z.infer<typeof EditEvent>;

const EndpointEvent = z.object({
  type: z.enum(["endpoint.disabled", "webhook.test"]),
  ...head,
  data: WebhookEndpoint,
});

/** The body of a webhook, frozen when its change was committed. `sequence` is gapless per account. */
export const WebhookEvent = z.union([EditEvent, EndpointEvent]).openapi("WebhookEvent");
export type WebhookEvent = z.infer<typeof WebhookEvent>;
export const EventType = z.enum([
  ...EditEvent.shape.type.options,
  ...EndpointEvent.shape.type.options,
]);
export type EventType = z.infer<typeof EventType>;
