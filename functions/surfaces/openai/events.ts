import type { Edit } from "../../../schemas/edit.ts";
import type { Problem } from "../../../schemas/problem.ts";
import { deliveredOutputs, noUsage, secondsOf, traitsOf, type Delivered } from "./answer.ts";
import { openAiProblem } from "./problem.ts";

/** What a stream's events are called. */
export type EventFamily = "image_edit" | "image_generation";

/** One event. `b64` gives its picture, which comes last of its fields. */
async function* event(
  type: string,
  fields: object,
  b64: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  const head = JSON.stringify({ type, ...fields }).slice(0, -1);
  yield `event: ${type}\ndata: ${head},"b64_json":"`;
  yield* b64;
  yield '"}\n\n';
}

/** A preview: a small picture of the edit as it is so far. */
export function partialImage(
  family: EventFamily,
  fields: { readonly index: number; readonly at: number; readonly traits: object },
  b64: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  const { index, at, traits } = fields;
  const type = `${family}.partial_image`;
  return event(type, { created_at: at, ...traits, partial_image_index: index }, b64);
}

/** The finished outputs, an event each. */
export async function* completedImages(
  family: EventFamily,
  edit: Edit,
  b64: (output: Delivered) => AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  for (const output of deliveredOutputs(edit)) {
    const at = secondsOf(edit.completed_at ?? edit.created_at);
    const fields = { created_at: at, background: "auto", ...traitsOf(output), usage: noUsage };
    yield* event(`${family}.completed`, fields, b64(output));
  }
}

/** What went wrong after the stream had begun. */
export function errorEvent(problem: Problem): string {
  return `event: error\ndata: ${JSON.stringify({ type: "error", ...openAiProblem(problem).body })}\n\n`;
}
