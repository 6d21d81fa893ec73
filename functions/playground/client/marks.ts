import type { Point } from "./drawing.ts";
import { grown, type Margins, type Side } from "./margins.ts";
import type { Box } from "./mask-painter.ts";
import { toStage, type Size, type View } from "./view.ts";

/** Strokes the current path light on dark, so that it shows on any picture. */
function stroke(context: CanvasRenderingContext2D, width = 1.5): void {
  context.strokeStyle = "rgb(0 0 0 / 0.55)";
  context.lineWidth = width + 2;
  context.stroke();
  context.strokeStyle = "#fff";
  context.lineWidth = width;
  context.stroke();
}

/** The brush's outline, with a dot in it while it is down. */
export function drawBrush(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  radius: number,
  down: boolean,
): void {
  context.beginPath();
  context.arc(x, y, Math.max(2, radius), 0, 2 * Math.PI);
  stroke(context);
  if (!down) return;
  context.beginPath();
  context.arc(x, y, 2, 0, 2 * Math.PI);
  context.fillStyle = "#fff";
  context.fill();
}

/** Where the loupe looks. */
export function drawRing(context: CanvasRenderingContext2D, { x, y }: Point): void {
  context.beginPath();
  context.arc(x, y, 13, 0, 2 * Math.PI);
  stroke(context, 2);
}

/** The line between before and after, with its handle. */
export function drawDivider(
  context: CanvasRenderingContext2D,
  at: number,
  [, top, , height]: Box,
): void {
  context.save();
  context.shadowColor = "rgb(0 0 0 / 0.45)";
  context.shadowBlur = 8;
  context.fillStyle = "#fff";
  context.fillRect(at - 1, top, 2, height);
  const middle = top + height / 2;
  context.beginPath();
  context.arc(at, middle, 17, 0, 2 * Math.PI);
  context.fill();
  context.restore();
  context.beginPath();
  for (const way of [-1, 1]) {
    context.moveTo(at + way * 4, middle - 5);
    context.lineTo(at + way * 9, middle);
    context.lineTo(at + way * 4, middle + 5);
  }
  context.strokeStyle = "#1c1a17";
  context.lineWidth = 1.8;
  context.lineCap = context.lineJoin = "round";
  context.stroke();
}

/** Where the handle of each side of a growing picture is, on the stage. */
export function handles(margins: Margins, view: View, picture: Size): Record<Side, Point> {
  const { left, right, up, down } = margins;
  const across = (picture.width - left + right) / 2;
  const along = (picture.height - up + down) / 2;
  return {
    left: toStage(view, { x: -left, y: along }),
    right: toStage(view, { x: picture.width + right, y: along }),
    up: toStage(view, { x: across, y: -up }),
    down: toStage(view, { x: across, y: picture.height + down }),
  };
}

/** What a picture grows by, hatched, and the handles that are pulled. */
export function drawGrowth(
  context: CanvasRenderingContext2D,
  hatch: CanvasPattern | string,
  margins: Margins,
  view: View,
  picture: Size,
): void {
  const outer = toStage(view, { x: -margins.left, y: -margins.up });
  const size = grown(picture, margins);
  const { scale, x, y } = view;
  context.beginPath();
  context.rect(outer.x, outer.y, size.width * scale, size.height * scale);
  context.rect(x, y, picture.width * scale, picture.height * scale);
  context.fillStyle = hatch;
  context.fill("evenodd");
  context.beginPath();
  context.rect(outer.x, outer.y, size.width * scale, size.height * scale);
  stroke(context);
  for (const [side, at] of Object.entries(handles(margins, view, picture))) {
    const upright = side === "left" || side === "right";
    const [width, height] = upright ? [10, 36] : [36, 10];
    context.beginPath();
    context.roundRect(at.x - width / 2, at.y - height / 2, width, height, 5);
    stroke(context);
    context.fillStyle = "#fff";
    context.fill();
  }
}
