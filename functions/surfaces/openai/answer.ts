import type { Edit } from "../../../schemas/edit.ts";

/** Tokens do not count here: what an edit costs is in its `price`. */
export const noUsage = {
  input_tokens: 0,
  output_tokens: 0,
  total_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
  output_tokens_details: { image_tokens: 0, text_tokens: 0 },
};

/** An output that is delivered. */
export interface Delivered {
  readonly url: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
}

/** The outputs that are delivered; withheld ones are left out. */
export function deliveredOutputs({ outputs }: Edit): Delivered[] {
  return outputs.flatMap(({ url, content_type: contentType, width, height }) =>
    url === null ? [] : [{ url, contentType, width, height }],
  );
}

/** What OpenAI's answers and events say of the pictures. */
export function traitsOf({ contentType, width, height }: Omit<Delivered, "url">) {
  return {
    output_format: contentType.slice("image/".length),
    quality: "auto",
    size: `${width}x${height}`,
  };
}

/** Seconds since the epoch, as OpenAI tells times. */
export function secondsOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000);
}

/**
 * An answer as text, piece by piece: `b64` gives a picture's bytes in base 64, and nothing is held but a chunk of one.
 */
export async function* imagesAnswer(
  edit: Edit,
  b64: ((output: Delivered) => AsyncGenerator<string, void>) | null,
): AsyncGenerator<string, void> {
  const outputs = deliveredOutputs(edit);
  yield `{"created":${secondsOf(edit.completed_at ?? edit.created_at)},"data":[`;
  for (const [index, output] of outputs.entries()) {
    if (index > 0) yield ",";
    if (b64 === null) {
      yield JSON.stringify({ url: output.url });
      continue;
    }
    yield '{"b64_json":"';
    yield* b64(output);
    yield '"}';
  }
  const [first] = outputs;
  const traits = first === undefined ? {} : traitsOf(first);
  yield `],${JSON.stringify({ ...traits, usage: noUsage }).slice(1)}`;
}
