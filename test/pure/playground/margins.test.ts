import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  grown,
  grows,
  noMargins,
  setMargin,
  sides,
} from "../../../functions/playground/client/margins.ts";
import { limits } from "../../../schemas/limits.ts";

const picture = { width: 4000, height: 3000 };

describe("margins", () => {
  it("are whole pixels, none below zero, and nothing where no number was typed", () => {
    expect(setMargin(noMargins, "left", 12.6, picture, limits).left).toBe(13);
    expect(setMargin(noMargins, "left", -5, picture, limits).left).toBe(0);
    expect(setMargin(noMargins, "left", Number.NaN, picture, limits).left).toBe(0);
    expect(grows(noMargins)).toBe(false);
    expect(grows({ ...noMargins, up: 1 })).toBe(true);
  });

  it("never make a picture larger than the service takes, in whatever order they are pulled", () => {
    const pull = fc.tuple(fc.constantFrom(...sides), fc.integer({ min: -100, max: 40_000 }));
    fc.assert(
      fc.property(fc.array(pull, { minLength: 1 }), (pulls) => {
        const margins = pulls.reduce(
          (sofar, [side, pixels]) => setMargin(sofar, side, pixels, picture, limits),
          noMargins,
        );
        const { width, height } = grown(picture, margins);
        expect(width * height).toBeLessThanOrEqual(limits.maxPixels);
        expect(Math.max(width, height)).toBeLessThanOrEqual(limits.maxSide);
      }),
    );
  });
});
