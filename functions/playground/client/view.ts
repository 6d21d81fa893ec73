import type { Point } from "./drawing.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How the picture lies on the stage: stage = picture * scale + (x, y), in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** The most that a picture is enlarged: 24 CSS pixels for one of its own. */
const largestScale = 24;

/** The whole picture, centred, with a margin around it; small pictures are enlarged up to fourfold. */
export function fit(picture: Size, stage: Size, margin: number): View {
  const across = (stage.width - 2 * margin) / picture.width;
  const down = (stage.height - 2 * margin) / picture.height;
  const scale = Math.min(4, Math.max(1e-3, Math.min(across, down)));
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/** Enlarges by `factor` while what is at `around` (stage) stays where it is; never below half of `fitted`. */
export function zoomAt(view: View, factor: number, around: Point, fitted: View): View {
  const scale = Math.min(
    Math.max(largestScale, fitted.scale),
    Math.max(fitted.scale / 2, view.scale * factor),
  );
  const ratio = scale / view.scale;
  return {
    scale,
    x: around.x - (around.x - view.x) * ratio,
    y: around.y - (around.y - view.y) * ratio,
  };
}

/** The view moved by a distance, but not so far that less than `rest` CSS pixels of the picture stay on the stage. */
export function pan(view: View, by: Point, picture: Size, stage: Size, rest = 48): View {
  const within = (at: number, length: number, room: number) =>
    Math.min(room - rest, Math.max(rest - length, at));
  return {
    scale: view.scale,
    x: within(view.x + by.x, picture.width * view.scale, stage.width),
    y: within(view.y + by.y, picture.height * view.scale, stage.height),
  };
}

/** Where on the picture a place of the stage is. */
export function toPicture(view: View, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

/** Where on the stage a place of the picture is. */
export function toStage(view: View, at: Point): Point {
  return { x: at.x * view.scale + view.x, y: at.y * view.scale + view.y };
}
