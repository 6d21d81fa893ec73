import { z } from "@hono/zod-openapi";
import { EditTask, Sampler } from "./edit.ts";
import generated from "./profiles.json" with { type: "json" };

/** What the weights of a profile can do: what the edge has to know of it before it takes an edit. */
export const Profile = z.object({
  tasks: z.array(EditTask).min(1),
  samplers: z.array(Sampler).min(1),
  /** What samples where the customer names none. */
  sampler: Sampler,
  /** The sampler that distilled weights are for, and the steps that these can do; null where there are none. */
  distilled: z
    .object({ sampler: Sampler, fewest_steps: z.int().min(1), most_steps: z.int().min(1) })
    .nullable(),
  /** The side of the square that the weights were trained on, in pixels. */
  native_size: z.int().min(1),
});
export type Profile = z.infer<typeof Profile>;

/** Every profile by its name; `npm run generate` gathers them from the folders of weights. */
export const profiles = z.record(z.string(), Profile).parse(generated);

/** The profile that test accounts paint with: every container has its weights. */
export const testProfile = "tiny";

/** A profile by its name, which the configuration has checked. */
export function profileOf(name: string): Profile {
  const profile = profiles[name];
  if (profile === undefined) throw new Error(`there is no profile ${name}`);
  return profile;
}
