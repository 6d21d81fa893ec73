import { element } from "./elements.ts";
import type { Size } from "./view.ts";

/** The brush's size: a slider that grows by shares, from a few pixels to a third of the picture. */
export class BrushSize {
  readonly #slider = element("brush-size", HTMLInputElement);
  #smallest = 2;
  #largest = 200;

  /** `changed` hears of every change. */
  constructor(changed: () => void) {
    this.#slider.addEventListener("input", () => {
      this.#tell();
      changed();
    });
  }

  /** The size in the picture's pixels. */
  get pixels(): number {
    const share = this.#slider.valueAsNumber / 100;
    return Math.round(this.#smallest * (this.#largest / this.#smallest) ** share);
  }

  setPicture({ width, height }: Size): void {
    const side = Math.min(width, height);
    this.#smallest = Math.max(1, side / 200);
    this.#largest = Math.max(4, side / 2);
    this.#tell();
  }

  /** Moves the slider. */
  step(by: number): void {
    this.#slider.valueAsNumber += by;
    this.#slider.dispatchEvent(new Event("input"));
  }

  #tell(): void {
    const text = `${this.pixels} px`;
    element("brush-size-label", HTMLOutputElement).value = text;
    this.#slider.setAttribute("aria-valuetext", text);
  }
}
