import { expect, it } from "vitest";
import { checkBand, nothingChecked } from "../../../functions/playground/client/kept-check.ts";

const pixels = (...samples: number[]) => new Uint8ClampedArray(samples);

it("a comparison counts the kept pixels that differ in any sample, and looks past the marked ones", () => {
  const before = pixels(1, 2, 3, 255, 1, 2, 3, 255, 1, 2, 3, 255);
  const after = pixels(1, 2, 3, 255, 1, 9, 3, 250, 200, 200, 200, 255);
  const mask = pixels(0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 0, 128);
  const once = checkBand(nothingChecked, before, after, mask);
  expect(once).toEqual({ kept: 2, changed: 1, largest: 7 });
  expect(checkBand(once, before, before, mask)).toEqual({ kept: 4, changed: 1, largest: 7 });
});
