import { z } from "@hono/zod-openapi";
import { EventType } from "./webhook-event.ts";

const instant = z.iso.datetime();

/**
 * `pending` has tries left; `delivered` was answered 2xx; `failed` used up its tries or was answered 410; `canceled`
 * ended with its endpoint.
 */
export const DeliveryStatus = z
  .enum(["pending", "delivered", "failed", "canceled"])
  .openapi("DeliveryStatus");
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** An event on its way to one address, with what came of the tries. */
export const Delivery = z
  .object({
    id: z
      .string()
      .regex(/^dlv_[0-9a-z]{26}$/)
      .openapi({ example: "dlv_01k9qz4w6h8v3m5n7p2r4t6x8z" }),
    object: z.literal("delivery"),
    event: z.string().openapi({ description: "The `webhook-id` header, the same on every try." }),
    type: EventType,
    edit: z.string().nullable(),
    endpoint: z.string().nullable().openapi({ description: "Null for the edit's own `webhook`." }),
    url: z.string(),
    status: DeliveryStatus,
    tries: z.int(),
    last_try_at: instant.nullable(),
    last_status: z.int().nullable().openapi({ description: "What the receiver answered with." }),
    last_error: z.string().nullable(),
    last_response: z.string().nullable().openapi({
      description: "The beginning of the receiver's answer, at most 256 bytes.",
    }),
    next_try_at: instant.nullable(),
    created_at: instant,
    completed_at: instant.nullable(),
    redelivery_of: z.string().nullable(),
  })
  .openapi("Delivery");
export type Delivery = z.infer<typeof Delivery>;

/** One page, newest first. `next` is the cursor of the following page. */
export const DeliveryList = z
  .object({ object: z.literal("list"), data: z.array(Delivery), next: z.string().nullable() })
  .openapi("DeliveryList");
export type DeliveryList = z.infer<typeof DeliveryList>;
