import type { Edit } from "../../../schemas/edit.ts";

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
