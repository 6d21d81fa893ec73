import type { EditParameters } from "../../schemas/edit.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import type { EditInputs } from "./edit-row.ts";

/**
 * The refusal of a mask that does not lie on its image, both as they are displayed; null where it does. Another size is
 * taken with `mask_resize`, but never one that fits the image only as its file stores it.
 */
export function maskRefusal(
  { image, mask }: EditInputs,
  { mask_resize: resizes }: Pick<EditParameters, "mask_resize">,
): Refusal | null {
  if (image === undefined || mask === undefined) return null;
  if (image.width === mask.width && image.height === mask.height) return null;
  const wanted = `${image.width} x ${image.height} pixels`;
  const has = `it has ${mask.width} x ${mask.height}`;
  if (image.turned === true && image.width === mask.height && image.height === mask.width) {
    return refuseField(
      "mask_orientation_mismatch",
      "/mask",
      `The mask fits the image as its file stores it, not as it is displayed. Send one of ${wanted}; ${has}.`,
    );
  }
  if (resizes === true) return null;
  return refuseField(
    "mask_size_mismatch",
    "/mask",
    `Send a mask of ${wanted} like the image; ${has}. Or have it resized with mask_resize.`,
  );
}
