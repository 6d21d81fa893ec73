import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blank,
  nextDrawing,
  visibleSteps,
  type Drawing,
  type DrawingEvent,
  type Step,
} from "../../../functions/playground/client/drawing.ts";

const stroke = (size: number): Step => ({
  kind: "stroke",
  tool: "brush",
  size,
  points: [{ x: 1, y: 2 }],
});
const drawn = (step: Step): DrawingEvent => ({ type: "drawn", step });
const after = (...events: DrawingEvent[]) => events.reduce(nextDrawing, blank);
const undo: DrawingEvent = { type: "undo" };
const redo: DrawingEvent = { type: "redo" };
const clear = drawn({ kind: "clear" });
const invert = drawn({ kind: "invert" });

describe("a drawing", () => {
  it.each<[string, DrawingEvent[], Step[]]>([
    ["holds what was drawn, in order", [drawn(stroke(1)), invert], [stroke(1), { kind: "invert" }]],
    ["takes the last step back", [drawn(stroke(1)), drawn(stroke(2)), undo], [stroke(1)]],
    ["has nothing to take back at first", [undo, drawn(stroke(1))], [stroke(1)]],
    ["draws again what was taken back", [drawn(stroke(1)), undo, redo], [stroke(1)]],
    [
      "forgets what was taken back when it goes on",
      [drawn(stroke(1)), undo, drawn(stroke(2)), redo],
      [stroke(2)],
    ],
    ["is empty when cleared", [drawn(stroke(1)), clear], []],
    ["brings back what was cleared", [drawn(stroke(1)), clear, undo], [stroke(1)]],
    [
      "shows what came after the clearing alone",
      [drawn(stroke(1)), clear, invert],
      [{ kind: "invert" }],
    ],
    ["is not cleared twice in a row", [drawn(stroke(1)), clear, clear, undo], [stroke(1)]],
    ["is not cleared while it is empty", [clear, undo, redo], []],
  ])("%s", (_, events, visible) => {
    expect(visibleSteps(after(...events))).toEqual(visible);
  });

  it("is the same after any steps are undone and redone", () => {
    const event = fc.constantFrom(drawn(stroke(3)), invert, clear, undo, redo);
    fc.assert(
      fc.property(fc.array(event), fc.nat(20), (events, times) => {
        const drawing = after(...events);
        const count = Math.min(times, drawing.done);
        const repeat = (from: Drawing, each: DrawingEvent) =>
          Array.from({ length: count }, () => each).reduce(nextDrawing, from);
        expect(repeat(repeat(drawing, undo), redo)).toEqual(drawing);
      }),
    );
  });
});
