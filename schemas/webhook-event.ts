import { z } from "@hono/zod-openapi";
import { Edit } from "./edit.ts";

export const EventType = z.enum([
  "edit.queued",
  "edit.starting",
  "edit.processing",
  "edit.succeeded",
  "edit.failed",
  "edit.canceled",
  "edit.expired",
]);
export type EventType = z.infer<typeof EventType>;

/** The body of a webhook, frozen when the state change was committed. `sequence` is gapless per account. */
export const WebhookEvent = z
  .object({
    type: EventType,
    timestamp: z.iso.datetime(),
    sequence: z.int(),
    data: Edit,
  })
  .openapi("WebhookEvent");
export type WebhookEvent = z.infer<typeof WebhookEvent>;
