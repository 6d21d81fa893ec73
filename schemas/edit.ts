import { z } from "@hono/zod-openapi";
import { limits } from "./limits.ts";
import { Problem } from "./problem.ts";

const EditId = z
  .string()
  .regex(/^edit_[0-9a-z]{26}$/)
  .openapi({ example: "edit_01k9qz4w6h8v3m5n7p2r4t6x8z" });
export const EditTask = z
  .enum(["inpaint", "erase", "outpaint", "paint_by_example", "text_to_image"])
  .openapi("EditTask");
export const Sampler = z.enum(["ddim", "dpm++2m", "unipc", "lcm"]).openapi("Sampler");
export const OutputFormat = z.enum(["png", "webp", "jpeg", "same"]).openapi("OutputFormat", {
  description:
    "`same` is the image's own format; of HEIC and AVIF, which are not written, it is `png`.",
});
export const MaskMode = z.enum(["white", "black", "alpha", "auto"]).openapi("MaskMode", {
  description:
    "What of the mask is repainted: `white` where its luminance is 128 or more, `black` where it is 127 or less, `alpha` " +
    "where its opacity is 127 or less; white and black keep what is transparent. `auto` is `alpha` for a mask with a " +
    "transparent pixel, and `white` for any other.",
});
export const MaskedContent = z.enum(["noise", "original", "fill"]).openapi("MaskedContent", {
  description:
    "What sampling starts from: noise alone, the picture's own content, or a smooth fill from around the hole.",
});
export const EditStatus = z
  .enum(["queued", "starting", "processing", "succeeded", "failed", "canceled", "expired"])
  .openapi("EditStatus");
export type EditTask = z.infer<typeof EditTask>;
export type Sampler = z.infer<typeof Sampler>;
export type EditStatus = z.infer<typeof EditStatus>;
export type OutputFormat = z.infer<typeof OutputFormat>;
export type MaskMode = z.infer<typeof MaskMode>;
export type MaskedContent = z.infer<typeof MaskedContent>;

/** The sides that `outpaint` adds to. */
export const margins = ["left", "right", "up", "down"] as const;
export type Margin = (typeof margins)[number];

/** Every picture that an edit can be given; its place is the index of its signed URL. */
export const pictureRoles = ["image", "mask", "example"] as const;
export type PictureRole = (typeof pictureRoles)[number];

/** The pictures that each task takes: all of them, and no others. */
export const taskPictures: Readonly<Record<EditTask, readonly PictureRole[]>> = {
  inpaint: ["image", "mask"],
  erase: ["image", "mask"],
  outpaint: ["image"],
  paint_by_example: ["image", "mask", "example"],
  text_to_image: [],
};

/** Free-form labels of the customer's; returned unchanged. */
const Metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((labels) => JSON.stringify(labels).length <= limits.metadataBytes, {
    message: `Keep metadata within ${limits.metadataBytes} bytes of JSON.`,
  });

/** The strength of an edit that starts from something else than noise. */
export const usualStrength = 0.75;
/** Sampling steps where none are asked for and the weights are not distilled. */
export const usualSteps = 20;
const Steps = z.int().min(1).max(limits.maxSteps);
const Strength = z.number().min(0.05).max(1);
const Reach = (what: string) =>
  z
    .int()
    .min(0)
    .max(limits.maxReach)
    .optional()
    .openapi({ description: `Pixels of the image ${what}; 0 where none are sent.` });
const Margin = z
  .int()
  .min(0)
  .max(limits.maxMargin)
  .optional()
  .openapi({ description: "Pixels that `outpaint` adds on this side." });
const Side = z
  .int()
  .min(limits.minGeneratedSide)
  .max(limits.maxGeneratedSide)
  .optional()
  .openapi({ description: "`text_to_image` alone; by default the profile's native size." });

/**
 * What an edit does, apart from its pictures, as it is kept. Defaults are filled in by the parser; what was added later
 * is optional, so that edits stored before still read.
 */
export const EditParameters = z.strictObject({
  task: EditTask.default("inpaint"),
  prompt: z.string().max(limits.promptCharacters).default(""),
  negative_prompt: z.string().max(limits.promptCharacters).default(""),
  n: z.int().min(1).max(limits.maxOutputs).default(1),
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  steps: Steps.default(usualSteps),
  sampler: Sampler.optional(),
  guidance: z.number().min(0).max(20).default(7.5),
  strength: Strength.default(1),
  masked_content: MaskedContent.optional(),
  mask_mode: MaskMode.optional(),
  mask_resize: z.boolean().optional().openapi({
    description: "Takes a mask of another size than the image, and brings it to the image's.",
  }),
  grow: Reach("that the mask grows by"),
  feather: Reach("over which the fill fades in, within the mask"),
  left: Margin,
  right: Margin,
  up: Margin,
  down: Margin,
  width: Side,
  height: Side,
  output_format: OutputFormat.default("png"),
  quality: z.int().min(1).max(100).optional().openapi({
    description:
      "Of `jpeg` (95 where none is sent) and of `webp`, which is lossless unless one is sent.",
  }),
  webhook: z.string().max(2_048).optional(),
  metadata: Metadata.default({}),
});
export type EditParameters = z.infer<typeof EditParameters>;

/** The same as customers send it: what the profile decides may be left out. */
export const RequestedParameters = EditParameters.extend({
  steps: Steps.optional().openapi({
    description: `${usualSteps} where none are sent; a profile's distilled sampler takes fewer.`,
  }),
  strength: Strength.optional().openapi({
    description: `1 repaints from noise. ${usualStrength} where none is sent and \`masked_content\` is not noise, else 1.`,
  }),
});
export type RequestedParameters = z.infer<typeof RequestedParameters>;

/** A picture inside a JSON request: an https URL, a `data:` URI, or the id of a finished upload. */
export const ImageReference = z
  .string()
  .min(1)
  .max(limits.jsonBytes)
  .openapi({ example: "https://example.com/photo.jpg" });

/** The pictures of a request; which of them have to be there, the task says. */
export function requestPictures(reference: typeof ImageReference) {
  const of = (description: string) => reference.optional().openapi({ description });
  return {
    image: of("What is changed. Every task but `text_to_image` takes one."),
    mask: of(
      "Where the image is repainted, by `mask_mode`; as large as it. `outpaint` takes none.",
    ),
    example: of("What is painted in. `paint_by_example` alone takes one."),
  } satisfies Record<PictureRole, unknown>;
}

/** `POST /v1/edits` as JSON. */
export const EditRequest = RequestedParameters.extend(requestPictures(ImageReference)).openapi(
  "EditRequest",
);
export type EditRequest = z.infer<typeof EditRequest>;

/** One delivered (or blocked) picture. `url` is null for a blocked one, and once its file has been removed. */
const EditOutput = z
  .object({
    url: z.string().nullable(),
    url_expires_at: z.iso.datetime().nullable(),
    content_type: z.string(),
    width: z.int(),
    height: z.int(),
    seed: z.int(),
    kept_pixels: z.int().openapi({
      description:
        "Pixels that take nothing of the fill: their samples are those of the decoded image.",
    }),
    blocked: z.string().nullable().openapi({
      description: "Why the picture is withheld (`output_blocked`); such an output is not charged.",
    }),
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
    urls: z.object({
      self: z.string(),
      cancel: z.string(),
      events: z.string().openapi({ description: "The edit as it goes, as Server-Sent Events." }),
      preview: z.string().nullable().openapi({
        description: "Where the newest preview is while the edit runs; null before and after.",
      }),
    }),
    metadata: z.record(z.string(), z.string()),
    end_user: z.string().nullable().optional().openapi({
      description: "Whose app made it, as its client token says; null where an API key did.",
    }),
  })
  .openapi("Edit");
export type Edit = z.infer<typeof Edit>;

/** One page, newest first. `next` is the cursor of the following page. */
export const EditList = z
  .object({ object: z.literal("list"), data: z.array(Edit), next: z.string().nullable() })
  .openapi("EditList");
