import type { EditParameters, Margin } from "../../schemas/edit.ts";
import { limits } from "../../schemas/limits.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import type { EditInputs } from "./edit-row.ts";

/**
 * The size of an edit's outputs in pixels: that of its image, with the margins that `outpaint` adds, or the one asked
 * for where it has none.
 */
export function outputSize(
  inputs: EditInputs,
  parameters: Pick<EditParameters, "width" | "height" | Margin>,
): { readonly width: number; readonly height: number } {
  const { width, height } = inputs.image ?? parameters;
  if (width === undefined || height === undefined) throw new Error("the edit has no size");
  const { left = 0, right = 0, up = 0, down = 0 } = parameters;
  return { width: width + left + right, height: height + up + down };
}

/** The refusal of a size that no image may have; null for any other. Only margins can lead there. */
export function sizeRefusal({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): Refusal | null {
  if (Math.max(width, height) <= limits.maxSide && width * height <= limits.maxPixels) return null;
  return refuseField(
    "output_too_large",
    width > height ? "/right" : "/down",
    `The result would have ${width} x ${height} pixels. Ask for at most ${limits.maxSide} a side and ${limits.maxPixels} in all.`,
  );
}

/** What a file holds beside its pixels: chunk heads, filters, what deflate cannot shrink, and a colour profile. */
const beside = 4 * 1024 * 1024;

/**
 * The most bytes that an output can have, from what is known when its edit is accepted: every sample as it is, 16 bits and
 * alpha where the image's format can have them, and what a file holds beside them.
 */
export function largestOutput(
  inputs: EditInputs,
  parameters: Pick<EditParameters, "width" | "height" | Margin>,
): number {
  const { width, height } = outputSize(inputs, parameters);
  const deep = ["image/png", "image/heic", "image/avif"];
  const bytes = deep.includes(inputs.image?.contentType ?? "") ? 8 : 4;
  // A claim names the image, with what that says of itself.
  return width * height * bytes + beside + (inputs.image?.length ?? 0);
}
