import {
  margins,
  pictureRoles,
  taskPictures,
  usualSteps,
  usualStrength,
  type EditParameters,
  type PictureRole,
  type RequestedParameters,
} from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import { profileOf, type Profile } from "../../../schemas/profile.ts";
import { refuseField, type Refusal } from "../../errors/refusal.ts";
import { err, ok, type Result } from "../../result.ts";

/** How each picture is asked for where it is missing. */
const wanted: Readonly<Record<PictureRole, string>> = {
  image: "Send an image",
  mask: "Send a mask, white where the picture should change",
  example: "Send an example, a picture of what is to be painted in",
};

/**
 * What a request comes to under a profile, told from its fields and the names of its pictures alone, before one of them
 * is brought anywhere: every parameter with what the profile decides filled in, or the refusal of a field.
 */
export function settleRequest(
  name: string,
  asked: RequestedParameters,
  pictures: readonly PictureRole[],
): Result<EditParameters, Refusal> {
  const profile = profileOf(name);
  const { task, sampler } = asked;
  if (!profile.tasks.includes(task)) {
    return err(
      refuseField(
        "task_not_in_profile",
        "/task",
        `The profile ${name} does not serve ${task}. Choose ${choices(profile.tasks)}.`,
      ),
    );
  }
  if (sampler !== undefined && !profile.samplers.includes(sampler)) {
    return err(
      refuseField(
        "sampler_not_in_profile",
        "/sampler",
        `The profile ${name} does not have the sampler ${sampler}. Choose ${choices(profile.samplers)}.`,
      ),
    );
  }
  const refusal = pictureRefusal(asked, pictures) ?? fieldRefusal(asked, profile);
  return refusal === null ? ok(completed(asked, profile)) : err(refusal);
}

function pictureRefusal(
  { task }: RequestedParameters,
  pictures: readonly PictureRole[],
): Refusal | null {
  for (const role of pictureRoles) {
    const takes = taskPictures[task].includes(role);
    if (takes === pictures.includes(role)) continue;
    return takes
      ? refuseField(
          `${role}_missing`,
          `/${role}`,
          `${wanted[role]}: a file, an https URL, a data: URI or an upload's id.`,
        )
      : refuseField("request_invalid", `/${role}`, `${task} takes no ${role}. Remove it.`);
  }
  return null;
}

function fieldRefusal(asked: RequestedParameters, profile: Profile): Refusal | null {
  const { task, prompt } = asked;
  const { sampler, fewest, most, steps } = sampling(asked, profile);
  if (steps < fewest || steps > most) {
    const detail = `The sampler ${sampler} takes ${fewest} to ${most} steps; this asks for ${steps}.`;
    return refuseField("request_invalid", "/steps", detail);
  }
  for (const [fields, why] of notTaken(asked)) {
    const field = fields.find((name) => asked[name] !== undefined);
    if (field === undefined) continue;
    return refuseField("request_invalid", `/${field}`, `${why} Remove ${field}.`);
  }
  if (task === "text_to_image") {
    if (prompt.trim() === "") {
      return refuseField("request_invalid", "/prompt", "Say what to paint: there is no picture.");
    }
    if (asked.strength === undefined || asked.strength === 1) return null;
    const detail = "There is no picture to start from. Remove strength.";
    return refuseField("request_invalid", "/strength", detail);
  }
  if (task === "outpaint" && !margins.some((side) => (asked[side] ?? 0) > 0)) {
    const detail = "Say how many pixels to add: left, right, up or down.";
    return refuseField("request_invalid", "/left", detail);
  }
  if (task === "outpaint" && asked.masked_content === "original") {
    const detail = "There is nothing of the image where outpaint paints. Ask for noise or fill.";
    return refuseField("request_invalid", "/masked_content", detail);
  }
  if (asked.masked_content === "noise" && (asked.strength ?? 1) < 1) {
    const detail = "Noise alone takes a strength of 1. Remove it, or ask for original or fill.";
    return refuseField("request_invalid", "/strength", detail);
  }
  return null;
}

type Field = keyof RequestedParameters;

/** The fields that a request of this kind does not take, and why. */
function* notTaken({
  task,
  output_format: format,
}: RequestedParameters): Generator<readonly [readonly Field[], string]> {
  if (!taskPictures[task].includes("mask")) {
    yield [["mask_mode", "mask_resize", "grow"], `${task} takes no mask.`];
  }
  if (task === "text_to_image") {
    yield [["feather", "masked_content"], "There is no picture to paint into."];
  } else {
    yield [["width", "height"], `The size of ${task}'s result is that of its image.`];
  }
  if (task !== "outpaint") yield [margins, "Margins are for outpaint."];
  if (format === "png") yield [["quality"], "PNG is lossless."];
}

function completed(asked: RequestedParameters, profile: Profile): EditParameters {
  const { sampler, steps } = sampling(asked, profile);
  const { masked_content: content = "noise" } = asked;
  const strength = asked.strength ?? (content === "noise" ? 1 : usualStrength);
  if (asked.task !== "text_to_image") return { ...asked, sampler, steps, strength };
  const { width = profile.native_size, height = profile.native_size } = asked;
  return { ...asked, sampler, steps, strength, width, height };
}

/** What samples, how many steps it can do, and how many it is to do. */
function sampling(asked: RequestedParameters, { sampler: usual, distilled }: Profile) {
  const sampler = asked.sampler ?? usual;
  if (distilled === null || sampler !== distilled.sampler) {
    return { sampler, fewest: 1, most: limits.maxSteps, steps: asked.steps ?? usualSteps };
  }
  const { fewest_steps: fewest, most_steps: most } = distilled;
  return { sampler, fewest, most, steps: asked.steps ?? most };
}

function choices(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}
