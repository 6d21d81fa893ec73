import { z } from "@hono/zod-openapi";
import { MaskMode, OutputFormat, RequestedParameters } from "../../../schemas/edit.ts";
import { answers, becomes, ignored, maps, picture, refused, type Rules } from "../mapping.ts";
import { flag, numeric } from "../numeric.ts";
import { formatNote, ownOfMasks } from "../own.ts";

const field = RequestedParameters.shape;

/** Steps of each quality that names some; the others are the profile's usual ones. */
const qualitySteps = { low: 10, medium: 20, high: 40, hd: 40, xhigh: 50, max: 50 } as const;
const Quality = z.enum(["auto", "standard", "low", "medium", "high", "hd", "xhigh", "max"]);

/** `auto`, or `<width>x<height>`. */
const Size = z.string().regex(/^(auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/, {
  message: "Send auto, or width and height such as 1024x1024.",
});

/** Width and height of a size; null where the size is left to the service. */
export function sidesOf(size: unknown): { readonly width: number; readonly height: number } | null {
  const [width, height] = typeof size === "string" ? size.split("x").map(Number) : [];
  return width === undefined || height === undefined ? null : { width, height };
}

const labelled = z.string().max(512);

/** What edits and generations have in common. */
const common: Rules = {
  prompt: { ...maps("prompt", field.prompt.unwrap().min(1)), required: true } as Rules[string],
  n: maps("n", numeric(field.n), "1 to 4"),
  quality: becomes(
    "steps",
    Quality,
    (quality) => (quality in qualitySteps ? { steps: qualitySteps[quality as "low"] } : {}),
    Object.entries(qualitySteps)
      .map(([quality, steps]) => `\`${quality}\` is ${steps}`)
      .join(", ") + "; `auto` and `standard` are the profile's",
  ),
  output_format: maps("output_format", OutputFormat, formatNote),
  output_compression: becomes(
    "quality",
    numeric(z.int().min(0).max(100)),
    (compression) => ({ quality: Math.max(1, compression) }),
    "0 to 100, 0 is 1; of `png` 100 alone. `webp` is lossless and `jpeg` has 95 where none is sent",
  ),
  response_format: answers(
    z.enum(["b64_json", "url"]),
    "`b64_json`, as usual, or `url`, valid for an hour",
  ),
  stream: answers(flag, "events instead of one answer"),
  partial_images: answers(
    numeric(z.int().min(0).max(3)),
    "at most so many previews in a stream; profiles without previews send none",
  ),
  user: becomes(
    "metadata",
    labelled,
    (user) => ({ metadata: { user } }),
    "kept as `metadata.user`",
  ),
  safety_identifier: becomes(
    "metadata",
    labelled,
    (user) => ({ metadata: { user } }),
    "kept as `metadata.user`",
  ),
  model: ignored("The deployment's profile paints, whichever model is named."),
  moderation: ignored("The operator's policy decides what is checked."),
  background: refused(
    "What is transparent in a picture stays so, and nothing is made transparent.",
    "opaque",
    "auto",
  ),
  complexity: refused("There is no planning to spend on."),
  svg: refused("Pictures are PNG, WebP or JPEG."),
  frame_count: refused("Pictures are not animated."),
  frame_duration_ms: refused("Pictures are not animated."),
  negative_prompt: maps("negative_prompt", field.negative_prompt, "Inlay's own"),
  seed: maps("seed", numeric(field.seed.unwrap()), "Inlay's own"),
};

/** `POST /v1/images/edits`. */
export const openAiEdit: Rules = {
  image: picture(
    "image",
    "one file, `image` or `image[]`; as JSON `images` with one `image_url` or `file_id`",
  ),
  mask: picture(
    "mask",
    "transparent is repainted, unless `mask_mode` says otherwise; as JSON `mask`",
  ),
  ...ownOfMasks,
  mask_mode: maps(
    "mask_mode",
    MaskMode,
    "Inlay's own: `alpha`, as usual, or `white` for a black and white mask, `black` or `auto`",
  ),
  size: answers(Size, "`auto`, or the picture's own size: a result is as large as its picture"),
  input_fidelity: ignored("Kept pixels are always the picture's own."),
  markup: refused("Say in the prompt and the mask what is to change."),
  ...common,
};

/** `POST /v1/images/generations`. */
export const openAiGeneration: Rules = {
  size: becomes(
    "width, height",
    Size,
    (size) => sidesOf(size) ?? {},
    "64 to 1024 pixels a side; `auto` is the profile's native size",
  ),
  style: refused("There are no styles. Say it in the prompt.", "natural"),
  ...common,
};
