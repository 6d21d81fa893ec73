import { contextOf, newCanvas } from "./elements.ts";

/** A place on the stage, in CSS pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** Shows a mask over its picture: hatched in the page's accent colour, with a fine double outline. */
export class MaskPainter {
  readonly #stage: HTMLCanvasElement;
  readonly #layer = newCanvas(1, 1);
  readonly #context = contextOf(this.#layer);

  constructor(stage: HTMLCanvasElement) {
    this.#stage = stage;
  }

  /** The mask over the picture. */
  hatched(context: CanvasRenderingContext2D, mask: HTMLCanvasElement, box: Box): void {
    this.#shape(mask, box, [[0, 0]]);
    this.#paint(context, `rgb(from ${this.#accent()} r g b / 0.34)`);
    this.#shape(mask, box, [[0, 0]]);
    this.#paint(context, this.hatch());
    this.#outline(context, mask, box);
  }

  /** The mask with a picture of the whole in it. */
  filled(
    context: CanvasRenderingContext2D,
    mask: HTMLCanvasElement,
    box: Box,
    picture: ImageBitmap,
  ): void {
    this.#shape(mask, box, [[0, 0]]);
    this.#context.globalCompositeOperation = "source-in";
    this.#context.drawImage(picture, ...box);
    this.#copy(context);
    this.#outline(context, mask, box);
  }

  /** The mask in one colour. */
  fill(
    context: CanvasRenderingContext2D,
    mask: HTMLCanvasElement,
    box: Box,
    colour: string | CanvasPattern,
  ): void {
    this.#shape(mask, box, [[0, 0]]);
    this.#paint(context, colour);
  }

  /** Lines that run diagonally, as an engraver's. */
  hatch(): CanvasPattern | string {
    const colour = this.#accent();
    const density = devicePixelRatio;
    const side = Math.round(7 * density);
    const tile = newCanvas(side, side);
    const context = contextOf(tile);
    context.strokeStyle = colour;
    context.lineWidth = 1.4 * density;
    for (const shift of [-side, 0, side]) {
      context.moveTo(shift - 1, side + 1);
      context.lineTo(shift + side + 1, -1);
    }
    context.stroke();
    const pattern = context.createPattern(tile, "repeat");
    pattern?.setTransform(new DOMMatrix().scale(1 / density));
    return pattern ?? colour;
  }

  #accent(): string {
    return getComputedStyle(this.#stage).getPropertyValue("--mask").trim() || "#e5482d";
  }

  /** A light line around the mask and a dark one around that, so that one of them shows on any picture. */
  #outline(context: CanvasRenderingContext2D, mask: HTMLCanvasElement, box: Box): void {
    for (const [distance, colour] of [
      [2, "rgb(0 0 0 / 0.45)"],
      [1.1, "#fff"],
    ] as const) {
      const shifts = Array.from({ length: 8 }, (_, index) => {
        const angle = (index * Math.PI) / 4;
        return [distance * Math.cos(angle), distance * Math.sin(angle)] as const;
      });
      this.#shape(mask, box, shifts);
      this.#context.globalCompositeOperation = "destination-out";
      this.#context.drawImage(mask, ...box);
      this.#paint(context, colour);
    }
  }

  /** Puts the mask's shape on the layer, as often as there are shifts. */
  #shape(
    mask: HTMLCanvasElement,
    [x, y, width, height]: Box,
    shifts: readonly (readonly [number, number])[],
  ): void {
    const layer = this.#layer;
    const context = this.#context;
    if (layer.width !== this.#stage.width || layer.height !== this.#stage.height) {
      layer.width = this.#stage.width;
      layer.height = this.#stage.height;
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, layer.width, layer.height);
    for (const [right, down] of shifts) context.drawImage(mask, x + right, y + down, width, height);
  }

  #paint(context: CanvasRenderingContext2D, fill: string | CanvasPattern): void {
    this.#context.globalCompositeOperation = "source-in";
    this.#context.fillStyle = fill;
    this.#context.fillRect(0, 0, this.#layer.width, this.#layer.height);
    this.#copy(context);
  }

  #copy(context: CanvasRenderingContext2D): void {
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#layer, 0, 0);
    context.restore();
  }
}
