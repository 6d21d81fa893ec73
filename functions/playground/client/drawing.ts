/** A place in the picture, in its own pixels, as displayed. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One thing done to the mask. A stroke is a line of round ends, `size` pixels wide. */
export type Step =
  | {
      readonly kind: "stroke";
      readonly tool: "brush" | "erase";
      readonly size: number;
      readonly points: readonly Point[];
    }
  | { readonly kind: "invert" }
  | { readonly kind: "clear" };

/** The mask as what was done to it: the first `done` steps make it, the rest were undone and can be redone. */
export interface Drawing {
  readonly steps: readonly Step[];
  readonly done: number;
}

export type DrawingEvent =
  | { readonly type: "drawn"; readonly step: Step }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

/** A mask that marks nothing. */
export const blank: Drawing = { steps: [], done: 0 };

/** The drawing after an event. What was undone is forgotten when something new is drawn. */
export function nextDrawing(drawing: Drawing, event: DrawingEvent): Drawing {
  const { steps, done } = drawing;
  switch (event.type) {
    case "drawn": {
      const kept = steps.slice(0, done);
      if (event.step.kind === "clear" && (kept.length === 0 || kept.at(-1)?.kind === "clear")) {
        return drawing;
      }
      return { steps: [...kept, event.step], done: done + 1 };
    }
    case "undo":
      return { steps, done: Math.max(0, done - 1) };
    case "redo":
      return { steps, done: Math.min(steps.length, done + 1) };
  }
}

/** The steps that make the mask: those after the last clearing. */
export function visibleSteps({ steps, done }: Drawing): readonly Step[] {
  const drawn = steps.slice(0, done);
  return drawn.slice(drawn.findLastIndex(({ kind }) => kind === "clear") + 1);
}
