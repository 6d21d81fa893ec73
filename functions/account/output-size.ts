import type { EditParameters } from "../../schemas/edit.ts";
import type { EditInputs } from "./edit-row.ts";

/** The size of an edit's outputs in pixels: that of its image, or the one asked for where it has none. */
export function outputSize(
  inputs: EditInputs,
  parameters: Pick<EditParameters, "width" | "height">,
): { readonly width: number; readonly height: number } {
  const { width, height } = inputs.image ?? parameters;
  if (width === undefined || height === undefined) throw new Error("the edit has no size");
  return { width, height };
}

/** What a file holds beside its pixels: chunk heads, filters, what deflate cannot shrink, and a colour profile. */
const beside = 4 * 1024 * 1024;

/**
 * The most bytes that an output can have, from what is known when its edit is accepted: every sample as it is, 16 bits and
 * alpha where the image's format can have them, and what a file holds beside them.
 */
export function largestOutput(
  inputs: EditInputs,
  parameters: Pick<EditParameters, "width" | "height">,
): number {
  const { width, height } = outputSize(inputs, parameters);
  const deep = ["image/png", "image/heic", "image/avif"];
  const bytes = deep.includes(inputs.image?.contentType ?? "") ? 8 : 4;
  return width * height * bytes + beside;
}
