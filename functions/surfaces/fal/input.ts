import { z } from "@hono/zod-openapi";
import { OutputFormat, RequestedParameters } from "../../../schemas/edit.ts";
import { becomes, ignored, maps, picture, refused, type Rules } from "../mapping.ts";
import { formatNote, ownMargins, ownOfMasks } from "../own.ts";

const field = RequestedParameters.shape;

/** Sizes by fal's names, in pixels. */
const sizes = {
  square: { width: 512, height: 512 },
  square_hd: { width: 1_024, height: 1_024 },
  portrait_4_3: { width: 768, height: 1_024 },
  portrait_16_9: { width: 576, height: 1_024 },
  landscape_4_3: { width: 1_024, height: 768 },
  landscape_16_9: { width: 1_024, height: 576 },
} as const;

const side = field.width.unwrap();
const Size = z.union([
  z.enum(Object.keys(sizes) as [keyof typeof sizes]),
  z.strictObject({ width: side, height: side }),
]);

/** The input of a request: the names that fal's image models use, and Inlay's own. */
export const falInput: Rules = {
  image_url: picture("image", "https URL, `data:` URI, or the URL of an uploaded file"),
  mask_url: picture("mask", "as `image_url`; white is repainted"),
  example_url: picture("example", "as `image_url`"),
  prompt: maps("prompt", field.prompt),
  negative_prompt: maps("negative_prompt", field.negative_prompt),
  num_images: maps("n", field.n, "1 to 4"),
  num_inference_steps: maps("steps", field.steps.unwrap(), "1 to 50"),
  guidance_scale: maps("guidance", field.guidance, "0 to 20"),
  strength: maps("strength", field.strength.unwrap(), "0.05 to 1"),
  sampler: maps("sampler", field.sampler.unwrap()),
  seed: maps("seed", field.seed.unwrap()),
  image_size: becomes(
    "width, height",
    Size,
    (size) => (typeof size === "string" ? sizes[size] : size),
    "of `inlay/text-to-image` alone; a name or `{ width, height }`, 64 to 1024 pixels a side",
  ),
  output_format: maps("output_format", OutputFormat, formatNote),
  quality: maps("quality", field.quality.unwrap(), "Inlay's own; 1 to 100, of `jpeg` and `webp`"),
  ...ownOfMasks,
  ...ownMargins,
  sync_mode: refused("Results are URLs. Leave sync_mode out.", false),
  enable_safety_checker: refused("The operator's policy decides what is checked.", true),
  acceleration: ignored("There is one way to run a profile."),
};
