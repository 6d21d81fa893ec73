import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit, pan, toPicture, toStage, zoomAt } from "../../../functions/playground/client/view.ts";

const picture = { width: 4000, height: 3000 };
const stage = { width: 800, height: 600 };

describe("the view", () => {
  it("fits the whole picture, centred", () => {
    const view = fit(picture, stage, 40);
    expect(toPicture(view, { x: 400, y: 300 })).toEqual({ x: 2000, y: 1500 });
    expect(toStage(view, { x: 0, y: 0 }).y).toBeCloseTo(40, 6);
  });

  it("enlarges small pictures fourfold at most", () => {
    expect(fit({ width: 16, height: 16 }, stage, 40).scale).toBe(4);
  });

  it("keeps what is under the pointer there, whatever is zoomed", () => {
    const place = fc.record({
      x: fc.double({ min: 0, max: 800, noNaN: true }),
      y: fc.double({ min: 0, max: 600, noNaN: true }),
    });
    fc.assert(
      fc.property(place, fc.double({ min: 0.05, max: 20, noNaN: true }), (around, factor) => {
        const fitted = fit(picture, stage, 40);
        const view = zoomAt(fitted, factor, around, fitted);
        const before = toPicture(fitted, around);
        const after = toPicture(view, around);
        expect(after.x).toBeCloseTo(before.x, 3);
        expect(after.y).toBeCloseTo(before.y, 3);
        expect(view.scale).toBeGreaterThanOrEqual(fitted.scale / 2);
        expect(view.scale).toBeLessThanOrEqual(24);
      }),
    );
  });

  it("never loses the picture, however far it is moved", () => {
    const far = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(far, far, (x, y) => {
        const view = pan(fit(picture, stage, 40), { x, y }, picture, stage);
        expect(view.x).toBeLessThanOrEqual(stage.width - 48);
        expect(view.x + picture.width * view.scale).toBeGreaterThanOrEqual(48 - 1e-6);
        expect(view.y).toBeLessThanOrEqual(stage.height - 48);
        expect(view.y + picture.height * view.scale).toBeGreaterThanOrEqual(48 - 1e-6);
      }),
    );
  });
});
