import { z } from "@hono/zod-openapi";
import { EditTask, MaskedContent, MaskMode, OutputFormat, Sampler } from "./edit.ts";
import { limits } from "./limits.ts";
import { testProfile } from "./profile.ts";

const Reach = z.int().min(0).max(limits.maxReach);
const Margin = z.int().min(0).max(limits.maxMargin);

/**
 * Everything the container gets: the `input` of a Cog prediction. Pictures travel as signed URLs only; an empty one, an
 * empty sampler, a side of 0 and a quality of 0 stand for what the task does not take or the customer left to the
 * profile.
 */
export const ModelInput = z.strictObject({
  /** What paints; empty, as where it is left out, is the profile that the container serves. */
  profile: z.enum(["", testProfile]).optional(),
  task: EditTask,
  image_url: z.string(),
  mask_url: z.string(),
  example_url: z.string(),
  output_urls: z.array(z.string()).min(1).max(limits.maxOutputs),
  manifest_url: z.string(),
  preview_url: z.string(),
  edit: z.string(),
  attempt: z.int().min(1),
  prompt: z.string(),
  negative_prompt: z.string(),
  n: z.int().min(1).max(limits.maxOutputs),
  seed: z.int().min(0).max(0xffff_ffff),
  steps: z.int().min(1).max(limits.maxSteps),
  guidance: z.number().min(0).max(20),
  strength: z.number().min(0.05).max(1),
  sampler: z.enum(["", ...Sampler.options]),
  width: z.int().min(0).max(limits.maxGeneratedSide),
  height: z.int().min(0).max(limits.maxGeneratedSide),
  output_format: OutputFormat,
  quality: z.int().min(0).max(100),
  mask_mode: MaskMode,
  mask_resize: z.boolean(),
  grow: Reach,
  feather: Reach,
  masked_content: MaskedContent,
  left: Margin,
  right: Margin,
  up: Margin,
  down: Margin,
  /** Where what outputs say of themselves is signed, and the certificates of the key; empty where they say nothing. */
  claim_url: z.string(),
  certificates: z.string(),
});
export type ModelInput = z.infer<typeof ModelInput>;
