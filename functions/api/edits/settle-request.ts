import {
  pictureRoles,
  taskPictures,
  usualSteps,
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
  if (task === "text_to_image") {
    if (prompt.trim() === "") {
      return refuseField("request_invalid", "/prompt", "Say what to paint: there is no picture.");
    }
    if (asked.strength === 1) return null;
    const detail = "There is no picture to start from. Remove strength.";
    return refuseField("request_invalid", "/strength", detail);
  }
  for (const side of ["width", "height"] as const) {
    if (asked[side] === undefined) continue;
    const detail = `The result of ${task} is as large as its image. Remove ${side}.`;
    return refuseField("request_invalid", `/${side}`, detail);
  }
  return null;
}

function completed(asked: RequestedParameters, profile: Profile): EditParameters {
  const { sampler, steps } = sampling(asked, profile);
  if (asked.task !== "text_to_image") return { ...asked, sampler, steps };
  const { width = profile.native_size, height = profile.native_size } = asked;
  return { ...asked, sampler, steps, width, height };
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
