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
