import type { Edit } from "../../../schemas/edit.ts";
import type { Problem } from "../../../schemas/problem.ts";
import type { EditRecord } from "../../account/answers.ts";
import { toProblem } from "../../errors/refusal.ts";
import { falFields } from "./problem.ts";

/** A finished edit as fal's image models describe their results. Withheld outputs are left out. */
export function falResult({ edit, parameters }: EditRecord): object {
  const images = edit.outputs.flatMap(({ url, content_type, width, height }, index) =>
    url === null
      ? []
      : [
          {
            url,
            content_type,
            width,
            height,
            file_name: `${edit.id}-${index}.${content_type.slice("image/".length)}`,
          },
        ],
  );
  return {
    images,
    image: images[0] ?? null,
    seed: parameters.seed,
    prompt: parameters.prompt,
    has_nsfw_concepts: images.map(() => false),
    timings: { inference: (edit.metrics.predict_ms ?? 0) / 1000 },
  };
}

/** Why an ended edit has no result; null where it has one. */
export function endingOf(edit: Edit): Problem | null {
  if (edit.error !== null) return edit.error;
  if (edit.status !== "canceled") return null;
  return toProblem({ code: "edit_canceled", detail: "The edit was canceled and was not charged." });
}

/** The same as a webhook tells it. */
export function falFailure(edit: Edit): { error: string; payload: object } | null {
  const problem = endingOf(edit);
  if (problem === null) return null;
  return { error: `${problem.code}: ${problem.detail}`, payload: { detail: falFields(problem) } };
}
