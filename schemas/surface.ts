import { z } from "@hono/zod-openapi";

/** How a webhook is signed where it is not by Standard Webhooks. */
const DeliveryScheme = z.enum(["fal"]);
export type DeliveryScheme = z.infer<typeof DeliveryScheme>;

/** What Replicate's webhooks can be told of. */
export const ReplicateEvent = z.enum(["start", "output", "logs", "completed"]);
export type ReplicateEvent = z.infer<typeof ReplicateEvent>;

/**
 * What an edit remembers of the compatible surface that it came through: what that surface has to give back, and where
 * it sends its webhooks. Kept with the edit's parameters.
 */
const SurfaceRecord = z.discriminatedUnion("name", [
  z.object({
    name: z.literal("replicate"),
    model: z.string(),
    version: z.string(),
    deployment: z.string().nullable(),
    /** The input as it was sent, as JSON; `data:` URIs without their bytes. */
    input: z.string(),
    /** Whether the request named a deadline: only then may it be told `aborted`. */
    cancel_after: z.boolean(),
    webhook: z.object({ url: z.string(), events: z.array(ReplicateEvent) }).nullable(),
  }),
  z.object({ name: z.literal("openai") }),
  z.object({ name: z.literal("fal"), app: z.string(), webhook: z.string().nullable() }),
  z.object({ name: z.literal("stability") }),
]);
export type SurfaceRecord = z.infer<typeof SurfaceRecord>;
