import type { Size } from "./view.ts";

/** How far a picture is to grow on each side, in its own pixels. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly up: number;
  readonly down: number;
}

export type Side = keyof Margins;
export const sides = ["left", "right", "up", "down"] as const satisfies readonly Side[];
export const noMargins: Margins = { left: 0, right: 0, up: 0, down: 0 };

export interface GrowthLimits {
  readonly maxSide: number;
  readonly maxPixels: number;
  /** The most that one side may grow by. */
  readonly maxMargin: number;
}

/** The size of the grown picture. */
export function grown({ width, height }: Size, { left, right, up, down }: Margins): Size {
  return { width: width + left + right, height: height + up + down };
}

/** Sets one side, in whole pixels, and no further than the limits of the grown picture allow. */
export function setMargin(
  margins: Margins,
  side: Side,
  pixels: number,
  picture: Size,
  { maxSide, maxPixels, maxMargin }: GrowthLimits,
): Margins {
  const without = grown(picture, { ...margins, [side]: 0 });
  const along = side === "left" || side === "right" ? "width" : "height";
  const across = along === "width" ? without.height : without.width;
  const room = Math.min(maxSide, Math.floor(maxPixels / across)) - without[along];
  const most = Math.min(room, maxMargin);
  const wanted = Number.isFinite(pixels) ? Math.round(pixels) : 0;
  return { ...margins, [side]: Math.max(0, Math.min(wanted, most)) };
}

/** Whether a picture would grow at all. */
export function grows(margins: Margins): boolean {
  return sides.some((side) => margins[side] > 0);
}
