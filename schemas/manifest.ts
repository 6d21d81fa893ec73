import { z } from "@hono/zod-openapi";

/** What the container cannot do for a picture, and only it can see. */
const ManifestErrorCode = z.enum([
  "mask_empty",
  "mask_damaged",
  "mask_size_mismatch",
  "image_damaged",
  "image_too_large",
  "output_too_large",
  "output_blocked",
]);

const ManifestOutput = z.object({
  index: z.int().min(0).max(3),
  content_type: z.enum(["image/png", "image/webp", "image/jpeg"]),
  width: z.int().min(1),
  height: z.int().min(1),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  seed: z.int().min(0),
  blocked: z.string().nullable(),
  kept_pixels: z.int().min(0),
});

/**
 * What the container writes last: the result of one attempt. Its presence in R2 is the result; a callback only says
 * that it is there.
 */
export const Manifest = z
  .object({
    version: z.literal(1),
    edit: z.string(),
    attempt: z.int().min(1),
    status: z.enum(["succeeded", "failed"]),
    outputs: z.array(ManifestOutput).max(4),
    warnings: z.array(z.object({ code: z.string(), detail: z.string() })),
    error: z.object({ code: ManifestErrorCode, detail: z.string() }).nullable(),
    timings: z.record(z.string(), z.number()),
    model: z.object({ profile: z.string(), decoder: z.string(), weights_sha256: z.string() }),
  })
  .refine((manifest) => (manifest.status === "failed") === (manifest.error !== null), {
    message: "A failed manifest has an error, a succeeded one has none.",
  })
  .refine((manifest) => (manifest.status === "succeeded") === manifest.outputs.length > 0, {
    message: "A succeeded manifest has outputs, a failed one has none.",
  });
export type Manifest = z.infer<typeof Manifest>;
