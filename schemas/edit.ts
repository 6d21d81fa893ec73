import { z } from "@hono/zod-openapi";
import { limits } from "./limits.ts";
import { Problem } from "./problem.ts";

const EditId = z
  .string()
  .regex(/^edit_[0-9a-z]{26}$/)
  .openapi({ example: "edit_01k9qz4w6h8v3m5n7p2r4t6x8z" });
export const EditTask = z.enum(["inpaint", "erase"]).openapi("EditTask");
export const OutputFormat = z.enum(["png", "webp", "jpeg"]).openapi("OutputFormat");
export const EditStatus = z
  .enum(["queued", "starting", "processing", "succeeded", "failed", "canceled", "expired"])
  .openapi("EditStatus");
export type EditTask = z.infer<typeof EditTask>;
export type EditStatus = z.infer<typeof EditStatus>;
export type OutputFormat = z.infer<typeof OutputFormat>;

/** Free-form labels of the customer's; returned unchanged. */
const Metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((labels) => JSON.stringify(labels).length <= limits.metadataBytes, {
    message: `Keep metadata within ${limits.metadataBytes} bytes of JSON.`,
  });

/** What an edit does, apart from its pictures. Defaults are filled in by the parser. */
export const EditParameters = z.strictObject({
  task: EditTask.default("inpaint"),
  prompt: z.string().max(limits.promptCharacters).default(""),
  negative_prompt: z.string().max(limits.promptCharacters).default(""),
  n: z.int().min(1).max(limits.maxOutputs).default(1),
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  steps: z.int().min(1).max(limits.maxSteps).default(20),
  guidance: z.number().min(0).max(20).default(7.5),
  strength: z.number().min(0.05).max(1).default(1),
  output_format: OutputFormat.default("png"),
  webhook: z.string().max(2_048).optional(),
  metadata: Metadata.default({}),
});
export type EditParameters = z.infer<typeof EditParameters>;

/** A picture inside a JSON request: an https URL, a `data:` URI, or the id of a finished upload. */
export const ImageReference = z
  .string()
  .min(1)
  .max(limits.jsonBytes)
  .openapi({ example: "https://example.com/photo.jpg" });

/** `POST /v1/edits` as JSON. */
export const EditRequest = EditParameters.extend({
  image: ImageReference,
  mask: ImageReference,
}).openapi("EditRequest");
export type EditRequest = z.infer<typeof EditRequest>;

/** One delivered (or blocked) picture. `url` is null once its file has been removed. */
const EditOutput = z
  .object({
    url: z.string().nullable(),
    url_expires_at: z.iso.datetime().nullable(),
    content_type: z.string(),
    width: z.int(),
    height: z.int(),
    seed: z.int(),
    kept_pixels: z.int(),
    blocked: z.string().nullable(),
  })
  .openapi("EditOutput");

const EditWarning = z.object({ code: z.string(), detail: z.string() }).openapi("EditWarning");

/** The resource that customers create, poll, cancel and delete: one shape everywhere. */
export const Edit = z
  .object({
    id: EditId,
    object: z.literal("edit"),
    status: EditStatus,
    task: EditTask,
    progress: z.number().min(0).max(1),
    queue_position: z.int().nullable(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    completed_at: z.iso.datetime().nullable(),
    expires_at: z.iso
      .datetime()
      .openapi({ description: "An edit not finished by then ends as `expired`." }),
    price: z.object({
      reserved: z.int(),
      charged: z.int(),
      unit: z.literal("microcredit"),
    }),
    profile: z.string(),
    decoder: z.string().nullable(),
    outputs: z.array(EditOutput),
    warnings: z.array(EditWarning),
    error: z.union([Problem, z.null()]),
    metrics: z.object({
      queue_ms: z.int().nullable(),
      predict_ms: z.int().nullable(),
      attempts: z.int(),
    }),
    urls: z.object({ self: z.string(), cancel: z.string() }),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi("Edit");
export type Edit = z.infer<typeof Edit>;

/** One page, newest first. `next` is the cursor of the following page. */
export const EditList = z
  .object({ object: z.literal("list"), data: z.array(Edit), next: z.string().nullable() })
  .openapi("EditList");
