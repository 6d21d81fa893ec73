import type { Edit, EditStatus } from "../../../schemas/edit.ts";

/** What a result's address answers for each status of its edit. */
export const stabilityStates: Readonly<Record<EditStatus, "202 in-progress" | "200" | "error">> = {
  queued: "202 in-progress",
  starting: "202 in-progress",
  processing: "202 in-progress",
  succeeded: "200",
  failed: "error",
  canceled: "error",
  expired: "error",
};

/** What an `Accept` header asks for: the picture's bytes, or JSON with the picture in base 64. */
export function wantsJson(accept: string | undefined): boolean {
  return /(^|,)\s*application\/json\s*(;|,|$)/i.test(accept ?? "");
}

/** What is told beside a picture. */
export function traitsOf(edit: Edit) {
  return { finish_reason: "SUCCESS", seed: edit.outputs[0]?.seed ?? 0 } as const;
}

/** The answer as JSON, piece by piece. */
export async function* jsonAnswer(
  edit: Edit,
  b64: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  yield '{"image":"';
  yield* b64;
  yield `",${JSON.stringify(traitsOf(edit)).slice(1)}`;
}
