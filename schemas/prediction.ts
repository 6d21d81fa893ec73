import { z } from "@hono/zod-openapi";

/**
 * A prediction as Cog and Replicate describe it in callbacks and answers. Only what Inlay reads is named; both send
 * more, and Replicate's `aborted` is missing from its own typed client.
 */
export const Prediction = z.looseObject({
  id: z.string().nullish(),
  status: z.enum(["starting", "processing", "succeeded", "failed", "canceled", "aborted"]),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  logs: z.string().nullish(),
});
export type Prediction = z.infer<typeof Prediction>;
