import { describe, expect, it } from "vitest";
import { unitPrice } from "../../../functions/account/price.ts";
import { balance, credits } from "../../../functions/playground/client/credits.ts";
import { editRequest, type Choices } from "../../../functions/playground/client/edit-request.ts";
import { estimate } from "../../../functions/playground/client/estimate.ts";
import { noMargins } from "../../../functions/playground/client/margins.ts";
import { stepRange } from "../../../functions/playground/page-settings.ts";

const usual: Choices = {
  task: "erase",
  prompt: "a meadow",
  negativePrompt: "people",
  steps: 20,
  n: 1,
  seed: null,
  content: "noise",
  strength: 0.75,
  feather: 0,
  guidance: 7.5,
  sampler: "ddim",
  format: "png",
  margins: noMargins,
};
const names = { image: "photo.jpg", example: null };

describe("a request", () => {
  it("says no more than it has to", () => {
    expect(editRequest(usual, names, "ddim")).toEqual({
      fields: [
        ["task", "erase"],
        ["steps", "20"],
      ],
      files: [
        { field: "image", name: "photo.jpg" },
        { field: "mask", name: "mask.png" },
      ],
    });
  });

  it("says everything that was chosen", () => {
    const { fields } = editRequest(
      {
        ...usual,
        ...{ task: "inpaint", n: 2, seed: 0, guidance: 3, format: "webp" },
        ...{ content: "fill", strength: 0.5, feather: 8 },
      },
      names,
      "unipc",
    );
    expect(Object.fromEntries(fields)).toEqual({
      task: "inpaint",
      prompt: "a meadow",
      negative_prompt: "people",
      steps: "20",
      n: "2",
      seed: "0",
      masked_content: "fill",
      strength: "0.5",
      feather: "8",
      guidance: "3",
      sampler: "ddim",
      output_format: "webp",
    });
  });

  it("to extend a picture has its margins and no mask", () => {
    const margins = { left: 10, right: 0, up: 0, down: 20 };
    const { fields, files } = editRequest({ ...usual, task: "outpaint", margins }, names, "ddim");
    expect(fields).toEqual([
      ["task", "outpaint"],
      ["prompt", "a meadow"],
      ["negative_prompt", "people"],
      ["steps", "20"],
      ["left", "10"],
      ["down", "20"],
    ]);
    expect(files).toEqual([{ field: "image", name: "photo.jpg" }]);
  });

  it("by example has the example", () => {
    const request = editRequest(
      { ...usual, task: "paint_by_example" },
      { ...names, example: "vase.png" },
      "ddim",
    );
    expect(request.files.map(({ field }) => field)).toEqual(["image", "mask", "example"]);
  });
});

describe("the price", () => {
  it("is the service's own, for every result", () => {
    const size = { width: 4000, height: 3000 };
    const unit = unitPrice({ task: "erase", steps: 50 }, size);
    expect(estimate({ ...usual, steps: 50, n: 3 }, size)).toBe(3 * unit);
  });

  it("of an extended picture is that of the size it grows to", () => {
    const margins = { ...noMargins, right: 1000 };
    const extend = { ...usual, task: "outpaint" as const, margins };
    const size = { width: 1000, height: 1000 };
    expect(estimate(extend, size)).toBe(
      estimate({ ...extend, margins: noMargins }, { width: 2000, height: 1000 }),
    );
  });

  it.each([
    [6_000, "0.006 credits"],
    [1_000_000, "1.00 credit"],
    [12_345_678, "12.345678 credits"],
  ])("of %d micro-credits reads %s", (amount, text) => {
    expect(credits(amount)).toBe(text);
  });

  it("is never covered by a balance that was rounded up", () => {
    expect(balance(999_999)).toBe("0.99");
    expect(balance(1_234_560_000)).toBe("1,234.56");
  });
});

describe("the steps", () => {
  const distilled = { sampler: "lcm", fewest_steps: 4, most_steps: 8 } as const;
  it("are those of distilled weights where their sampler is chosen, and the usual ones elsewhere", () => {
    const profile = { distilled, usualSteps: 20, maxSteps: 50 };
    expect(stepRange(profile, "lcm")).toEqual({ fewest: 4, most: 8, usual: 8 });
    expect(stepRange(profile, "ddim")).toEqual({ fewest: 1, most: 50, usual: 20 });
  });
});
