import type { Prices } from "../../schemas/account.ts";
import type { EditTask } from "../../schemas/edit.ts";

/** The published price list, in micro-credits. */
export const prices: Prices = {
  unit: "microcredit",
  base: {
    inpaint: 2_000,
    erase: 2_000,
    outpaint: 2_000,
    paint_by_example: 2_000,
    text_to_image: 2_000,
  },
  per_step: 200,
  size_classes: [
    { name: "small", max_pixels: 1_048_576, multiplier: 1 },
    { name: "medium", max_pixels: 8_000_000, multiplier: 2 },
    { name: "large", max_pixels: 24_000_000, multiplier: 3 },
    { name: "largest", max_pixels: 48 * 1024 * 1024, multiplier: 4 },
  ],
};

/**
 * What one delivered output costs, in micro-credits: a function of the task, the steps and the size class of its pixels,
 * known before the run. An edit of n outputs reserves n times this.
 */
export function unitPrice(
  edit: { readonly task: EditTask; readonly steps: number },
  size: { readonly width: number; readonly height: number },
): number {
  const pixels = size.width * size.height;
  const sizeClass = prices.size_classes.find((candidate) => pixels <= candidate.max_pixels);
  const multiplier = (sizeClass ?? prices.size_classes.at(-1))?.multiplier ?? 1;
  return ((prices.base[edit.task] ?? 0) + edit.steps * prices.per_step) * multiplier;
}
