import type { OutputFormat, Sampler } from "../../schemas/edit.ts";
import type { Profile } from "../../schemas/profile.ts";

/** What the page tells its script of the deployment. */
export interface PageSettings extends Pick<Profile, "samplers" | "sampler" | "distilled"> {
  readonly profile: string;
  readonly tasks: readonly PlaygroundTask[];
  /** Steps where none are asked for and the weights are not distilled, and the most that are done. */
  readonly usualSteps: number;
  readonly maxSteps: number;
}

/** The pictures that are taken, as browsers name them; not every browser can show AVIF and HEIC. */
export const pictureTypes = [
  ...["image/png", "image/jpeg", "image/webp"],
  ...["image/avif", "image/heic", "image/heif"],
];

/** What each format is called. */
export const formatNames: Readonly<Record<OutputFormat, string>> = {
  png: "PNG",
  webp: "WebP",
  jpeg: "JPEG",
  same: "as sent",
};

/** The tasks that the playground can put to a picture, in the order it offers them. */
export const playgroundTasks = ["erase", "inpaint", "outpaint", "paint_by_example"] as const;
export type PlaygroundTask = (typeof playgroundTasks)[number];

/** The steps that a sampler can do under a profile, and those it does where none are asked for. */
export interface StepRange {
  readonly fewest: number;
  readonly most: number;
  readonly usual: number;
}

export function stepRange(
  { distilled, usualSteps, maxSteps }: Pick<PageSettings, "distilled" | "usualSteps" | "maxSteps">,
  sampler: Sampler,
): StepRange {
  if (distilled?.sampler !== sampler) return { fewest: 1, most: maxSteps, usual: usualSteps };
  const { fewest_steps: fewest, most_steps: most } = distilled;
  return { fewest, most, usual: most };
}
