import { z } from "@hono/zod-openapi";
import { RequestedParameters, type Sampler } from "../../../schemas/edit.ts";
import type { Asked } from "../asked.ts";
import { becomes, maps, picture, refused, type Rules } from "../mapping.ts";
import { formatNote, ownMargins, ownOfMasks } from "../own.ts";

const field = RequestedParameters.shape;

/** Replicate's names of samplers, and ours. */
const schedulers: Readonly<Record<string, Sampler>> = {
  DDIM: "ddim",
  DPMSolverMultistep: "dpm++2m",
  UniPCMultistep: "unipc",
  LCM: "lcm",
};

const formats = { png: "png", webp: "webp", jpg: "jpeg", jpeg: "jpeg", same: "same" } as const;
const Format = z.enum(["png", "webp", "jpg", "jpeg", "same"]);

/** The `input` of a prediction: the names that inpainting models on Replicate use, and Inlay's own. */
export const replicateInput: Rules = {
  image: picture("image", "https URL, `data:` URI, or the URL of a file of `/v1/files`"),
  mask: picture("mask", "as `image`; white is repainted"),
  example: picture("example", "as `image`"),
  prompt: maps("prompt", field.prompt),
  negative_prompt: maps("negative_prompt", field.negative_prompt),
  num_outputs: maps("n", field.n, "1 to 4"),
  n: maps("n", field.n),
  num_inference_steps: maps("steps", field.steps.unwrap(), "1 to 50"),
  steps: maps("steps", field.steps.unwrap()),
  guidance_scale: maps("guidance", field.guidance, "0 to 20"),
  guidance: maps("guidance", field.guidance),
  prompt_strength: maps("strength", field.strength.unwrap(), "0.05 to 1"),
  strength: maps("strength", field.strength.unwrap()),
  scheduler: becomes(
    "sampler",
    z.enum(Object.keys(schedulers)),
    (name) => ({ sampler: schedulers[name] }),
    Object.entries(schedulers)
      .map(([name, sampler]) => `\`${name}\` is \`${sampler}\``)
      .join(", "),
  ),
  sampler: maps("sampler", field.sampler.unwrap()),
  seed: maps("seed", field.seed.unwrap()),
  width: maps("width", field.width.unwrap(), "of `inlay/text-to-image` alone"),
  height: maps("height", field.height.unwrap(), "of `inlay/text-to-image` alone"),
  output_format: becomes(
    "output_format",
    Format,
    (format) => ({ output_format: formats[format] }),
    `${formatNote}; \`jpg\` is \`jpeg\``,
  ),
  output_quality: becomes(
    "quality",
    z.int().min(0).max(100),
    (quality) => ({ quality: Math.max(1, quality) }),
    "0 to 100, 0 is 1; ignored for `png`, which is lossless",
  ),
  ...ownMargins,
  ...ownOfMasks,
  disable_safety_checker: refused("The operator's policy decides what is checked.", false),
};

/** What is asked for, without a quality where the file has none. */
export function withoutIdleQuality(asked: Asked): Asked {
  const { quality, ...rest } = asked;
  const lossless = (asked.output_format ?? "png") === "png";
  return quality === undefined || lossless ? rest : asked;
}

const echoed = 2_048;

/** A prediction's input as it is given back: as it was sent, but without the bytes of `data:` URIs. */
export function echoOf(input: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(input, (_key, value: unknown) => {
    if (typeof value !== "string") return value;
    if (value.startsWith("data:")) return `${value.slice(0, value.indexOf(",") + 1)}...`;
    return value.length <= echoed ? value : `${value.slice(0, echoed)}...`;
  });
}
