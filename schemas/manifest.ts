import { z } from "@hono/zod-openapi";

/** What the container cannot do for an edit, and only it can see. */
export const ManifestErrorCode = z.enum([
  "task_not_in_profile",
  "sampler_not_in_profile",
  "mask_empty",
  "mask_damaged",
  "mask_size_mismatch",
  "mask_orientation_mismatch",
  "image_animated",
  "image_damaged",
  "image_too_large",
  "output_too_large",
  "output_blocked",
  "input_blocked",
]);

/** The media types of outputs. */
export const outputTypes = ["image/png", "image/webp", "image/jpeg"] as const;

/** One picture. A blocked one is listed with its code and without a file: no bytes, and the hash of none. */
const ManifestOutput = z
  .object({
    index: z.int().min(0).max(3),
    content_type: z.enum(outputTypes),
    width: z.int().min(1),
    height: z.int().min(1),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    seed: z.int().min(0),
    blocked: z.enum(["output_blocked"]).nullable(),
    kept_pixels: z.int().min(0),
  })
  .refine((output) => (output.blocked === null) === output.bytes > 0, {
    message: "A blocked output has no bytes, a delivered one has some.",
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
  })
  .refine(({ outputs }) => new Set(outputs.map(({ index }) => index)).size === outputs.length, {
    message: "A manifest lists each output once.",
  });
export type Manifest = z.infer<typeof Manifest>;
