import { contextOf, newCanvas } from "./elements.ts";
import { checkBand, nothingChecked, type KeptCheck } from "./kept-check.ts";
import type { Mask } from "./mask.ts";

/**
 * Compares every kept pixel of a result with the picture's, as this browser decodes both, band by band. It pauses
 * between bands, so that the page stays quick.
 */
export async function proveKept(
  before: ImageBitmap,
  after: ImageBitmap,
  mask: Mask,
): Promise<KeptCheck> {
  const { width } = before;
  let check = nothingChecked;
  let canvas: HTMLCanvasElement | null = null;
  for (const { top, image } of mask.bands()) {
    canvas ??= newCanvas(width, image.height);
    const context = contextOf(canvas, { willReadFrequently: true });
    const band = (picture: ImageBitmap) => {
      context.clearRect(0, 0, width, image.height);
      context.drawImage(picture, 0, -top);
      return context.getImageData(0, 0, width, image.height).data;
    };
    check = checkBand(check, band(before), band(after), image.data);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return check;
}
