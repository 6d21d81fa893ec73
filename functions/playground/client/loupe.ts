import type { Point } from "./drawing.ts";
import { contextOf, element } from "./elements.ts";
import type { Mask } from "./mask.ts";
import { traceSeam } from "./seam.ts";

/** Pixels of the picture across a lens. */
const field = 40;

/** Two round lenses on the same place of the seam: as it was sent, and as it came back. */
export class Loupe {
  readonly #lenses = (["lens-before", "lens-after"] as const).map((id) =>
    element(id, HTMLCanvasElement),
  );
  readonly #range = element("seam", HTMLInputElement);
  readonly #figure = element("loupe", HTMLElement);
  #pictures: readonly [ImageBitmap, ImageBitmap] | null = null;
  #seam: readonly Point[] = [];

  /** `moved` hears where the loupe looks. */
  constructor(moved: (at: Point) => void) {
    this.#range.addEventListener("input", () => {
      const at = this.#onSeam();
      if (at === null) return;
      this.look(at);
      moved(at);
    });
  }

  /** Takes up a result; returns where the seam begins, null where there is none. */
  show(before: ImageBitmap, after: ImageBitmap, mask: Mask): Point | null {
    this.#pictures = [before, after];
    this.#seam = seamOf(mask);
    this.#figure.hidden = this.#seam.length === 0;
    const at = this.#onSeam();
    if (at !== null) this.look(at);
    return at;
  }

  /** Looks at a place of the picture. */
  look({ x, y }: Point): void {
    this.#lenses.forEach((lens, index) => {
      const picture = this.#pictures?.[index];
      if (picture === undefined) return;
      const context = contextOf(lens);
      context.imageSmoothingEnabled = false;
      context.clearRect(0, 0, lens.width, lens.height);
      const corner = [Math.round(x - field / 2), Math.round(y - field / 2)] as const;
      context.drawImage(picture, ...corner, field, field, 0, 0, lens.width, lens.height);
    });
  }

  #onSeam(): Point | null {
    const { length } = this.#seam;
    return (
      this.#seam[Math.min(length - 1, Math.floor((this.#range.valueAsNumber / 1000) * length))] ??
      null
    );
  }
}

/** The seam of a mask, in the picture's pixels, as finely as the mask is shown. */
function seamOf(mask: Mask): Point[] {
  const { width, height } = mask.shown;
  const { data } = contextOf(mask.shown).getImageData(0, 0, width, height);
  const marked = (x: number, y: number) => (data[(y * width + x) * 4 + 3] ?? 0) >= 128;
  return traceSeam(marked, { width, height }).map(({ x, y }) => ({
    x: x / mask.scale,
    y: y / mask.scale,
  }));
}
