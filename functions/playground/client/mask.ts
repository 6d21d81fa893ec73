import { bilevelPng, packRows } from "./bilevel-png.ts";
import {
  blank,
  nextDrawing,
  visibleSteps,
  type Drawing,
  type Point,
  type Step,
} from "./drawing.ts";
import { contextOf, newCanvas } from "./elements.ts";
import type { Size } from "./view.ts";

/** The longest side of the mask that is shown. What is sent is drawn again at the picture's own size. */
const longestShown = 2_048;

/** The most pixels that are drawn at once for what is sent, lest a large picture needs a large canvas. */
const bandPixels = 2_000_000;

/** Draws a step; `scale` is canvas pixels for one of the picture's, `top` the picture's first row on the canvas. */
function paint(
  context: CanvasRenderingContext2D,
  step: Step,
  scale: number,
  top: number,
  size: Size,
): void {
  context.setTransform(scale, 0, 0, scale, 0, -top * scale);
  switch (step.kind) {
    case "clear":
      context.clearRect(0, 0, size.width, size.height);
      return;
    case "invert":
      context.globalCompositeOperation = "xor";
      context.fillRect(0, 0, size.width, size.height);
      return;
    case "stroke": {
      context.globalCompositeOperation = step.tool === "brush" ? "source-over" : "destination-out";
      const [first, ...rest] = step.points;
      if (first === undefined) return;
      context.beginPath();
      if (rest.length === 0) {
        context.arc(first.x, first.y, step.size / 2, 0, 2 * Math.PI);
        context.fill();
        return;
      }
      context.lineWidth = step.size;
      context.lineCap = context.lineJoin = "round";
      context.moveTo(first.x, first.y);
      for (const { x, y } of rest) context.lineTo(x, y);
      context.stroke();
    }
  }
}

/** The mask of a picture while it is drawn. */
export class Mask {
  /** What is marked, opaque, at a size fit to be shown. */
  readonly shown: HTMLCanvasElement;
  readonly scale: number;
  readonly #size: Size;
  readonly #context: CanvasRenderingContext2D;
  #drawing: Drawing = blank;
  #stroke: { tool: "brush" | "erase"; size: number; points: Point[] } | null = null;

  constructor(size: Size, steps: readonly Step[] = []) {
    this.#size = size;
    this.scale = Math.min(1, longestShown / Math.max(size.width, size.height));
    this.shown = newCanvas(size.width * this.scale, size.height * this.scale);
    this.#context = contextOf(this.shown, { willReadFrequently: true });
    this.#drawing = { steps, done: steps.length };
    this.#repaint();
  }

  get steps(): readonly Step[] {
    return visibleSteps(this.#drawing);
  }

  get canUndo(): boolean {
    return this.#drawing.done > 0;
  }

  get canRedo(): boolean {
    return this.#drawing.done < this.#drawing.steps.length;
  }

  /** Puts the brush down. */
  begin(tool: "brush" | "erase", size: number, at: Point): void {
    this.finish();
    this.#stroke = { tool, size, points: [at] };
    this.#show({ kind: "stroke", tool, size, points: [at] });
  }

  /** Moves the brush that is down. */
  extend(at: Point): void {
    const stroke = this.#stroke;
    const last = stroke?.points.at(-1);
    if (stroke === null || last === undefined) return;
    if (Math.hypot(at.x - last.x, at.y - last.y) < 0.25) return;
    stroke.points.push(at);
    this.#show({ kind: "stroke", tool: stroke.tool, size: stroke.size, points: [last, at] });
  }

  /** Lifts the brush; the stroke can be undone from then on. */
  finish(): void {
    if (this.#stroke === null) return;
    const step: Step = { kind: "stroke", ...this.#stroke };
    this.#stroke = null;
    this.#drawing = nextDrawing(this.#drawing, { type: "drawn", step });
  }

  /** Takes the brush away as if it had never been put down. */
  abandon(): void {
    if (this.#stroke === null) return;
    this.#stroke = null;
    this.#repaint();
  }

  draw(kind: "invert" | "clear"): void {
    this.#change({ type: "drawn", step: { kind } });
  }

  undo(): void {
    this.#change({ type: "undo" });
  }

  redo(): void {
    this.#change({ type: "redo" });
  }

  /** How much of the picture is marked, 0 to 1, as it is shown. */
  share(): number {
    const { data } = this.#context.getImageData(0, 0, this.shown.width, this.shown.height);
    let marked = 0;
    for (let alpha = 3; alpha < data.length; alpha += 4) if ((data[alpha] ?? 0) >= 128) marked += 1;
    return marked / (data.length / 4);
  }

  /** The whole mask at the picture's own size, band by band: RGBA, marked where alpha is 128 or more. */
  *bands(): Generator<{ readonly top: number; readonly image: ImageData }> {
    const { width, height } = this.#size;
    const rows = Math.max(1, Math.min(height, Math.floor(bandPixels / width)));
    const canvas = newCanvas(width, rows);
    const context = contextOf(canvas, { willReadFrequently: true });
    for (let top = 0; top < height; top += rows) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, rows);
      for (const step of this.steps) paint(context, step, 1, top, this.#size);
      const image = context.getImageData(0, 0, width, Math.min(rows, height - top));
      yield { top, image };
    }
  }

  /** The mask as it is sent: as large as the picture, one bit a pixel, white where it is repainted. */
  async png(): Promise<Blob> {
    const bands = this.bands();
    function* packed() {
      for (const { image } of bands) yield packRows(image.data, image);
    }
    return new Blob([await bilevelPng(this.#size, packed())], { type: "image/png" });
  }

  #change(event: Parameters<typeof nextDrawing>[1]): void {
    this.finish();
    this.#drawing = nextDrawing(this.#drawing, event);
    this.#repaint();
  }

  #show(step: Step): void {
    paint(this.#context, step, this.scale, 0, this.#size);
  }

  #repaint(): void {
    this.#show({ kind: "clear" });
    for (const step of this.steps) this.#show(step);
  }
}
