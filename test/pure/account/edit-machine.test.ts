import { describe, expect, it } from "vitest";
import {
  isTerminal,
  next,
  type EditEvent,
  type EditState,
} from "../../../functions/account/edit-machine.ts";

const queued: EditState = { status: "queued", attempt: 0, counted: 0 };
const starting: EditState = { status: "starting", attempt: 1, counted: 1 };
const processing: EditState = { status: "processing", attempt: 1, counted: 1 };
const requeued: EditState = { status: "queued", attempt: 1, counted: 1 };
const third: EditState = { status: "processing", attempt: 3, counted: 3 };
const refusal = { code: "mask_empty", detail: "Paint something." } as const;

const ended = ["settle", "announce", "free_slot"];
const stopped = ["settle", "announce", "stop_prediction", "free_slot"];

const table: [name: string, EditState, EditEvent, Partial<EditState>, string[]][] = [
  [
    "a claim starts attempt 1",
    queued,
    { type: "claimed" },
    { status: "starting", attempt: 1, counted: 1 },
    ["announce"],
  ],
  [
    "a claim after a lost attempt starts attempt 2",
    requeued,
    { type: "claimed" },
    { status: "starting", attempt: 2, counted: 2 },
    ["announce"],
  ],
  ["a second claim changes nothing", starting, { type: "claimed" }, starting, []],
  [
    "the first progress is processing",
    starting,
    { type: "processing", attempt: 1 },
    { status: "processing" },
    ["announce"],
  ],
  ["more progress changes nothing", processing, { type: "processing", attempt: 1 }, processing, []],
  [
    "progress of an older attempt is fenced off",
    { ...starting, attempt: 2 },
    { type: "processing", attempt: 1 },
    { status: "starting" },
    [],
  ],
  [
    "progress of a requeued edit's attempt is fenced off",
    requeued,
    { type: "processing", attempt: 1 },
    requeued,
    [],
  ],
  [
    "a busy provider gives the try back but keeps the number",
    starting,
    { type: "busy", attempt: 1 },
    { status: "queued", attempt: 1, counted: 0 },
    ["announce", "free_slot"],
  ],
  ["busy after progress is late news", processing, { type: "busy", attempt: 1 }, processing, []],
  [
    "a result finishes the edit",
    processing,
    { type: "succeeded", attempt: 1, delivered: 2 },
    { status: "succeeded" },
    ended,
  ],
  [
    "a result before any progress finishes the edit",
    starting,
    { type: "succeeded", attempt: 1, delivered: 1 },
    { status: "succeeded" },
    ended,
  ],
  [
    "an older attempt's result finishes the edit and stops the newer attempt",
    { status: "processing", attempt: 2, counted: 2 },
    { type: "succeeded", attempt: 1, delivered: 1 },
    { status: "succeeded" },
    stopped,
  ],
  [
    "an older attempt's result finishes a queued edit",
    requeued,
    { type: "succeeded", attempt: 1, delivered: 1 },
    { status: "succeeded" },
    ended,
  ],
  [
    "a result of blocked outputs alone fails",
    processing,
    { type: "succeeded", attempt: 1, delivered: 0 },
    { status: "failed" },
    ended,
  ],
  [
    "what no retry mends fails at once",
    processing,
    { type: "refused", attempt: 1, refusal },
    { status: "failed" },
    ended,
  ],
  [
    "an older attempt's refusal is fenced off",
    { ...processing, attempt: 2 },
    { type: "refused", attempt: 1, refusal },
    { status: "processing" },
    [],
  ],
  [
    "a lost attempt is tried again",
    processing,
    { type: "lost", attempt: 1 },
    { status: "queued", attempt: 1, counted: 1 },
    ["announce", "free_slot", "dispatch"],
  ],
  [
    "an older attempt's loss is fenced off",
    { ...processing, attempt: 2 },
    { type: "lost", attempt: 1 },
    { status: "processing" },
    [],
  ],
  [
    "the last allowed attempt's loss fails",
    third,
    { type: "lost", attempt: 3 },
    { status: "failed" },
    ended,
  ],
  ["a queued edit is cancelled", queued, { type: "cancel" }, { status: "canceled" }, ended],
  [
    "a running edit is cancelled and its prediction stopped",
    processing,
    { type: "cancel" },
    { status: "canceled" },
    stopped,
  ],
  ["time runs out for a queued edit", queued, { type: "deadline" }, { status: "expired" }, ended],
  [
    "time runs out for a running edit, whose prediction is stopped",
    processing,
    { type: "deadline" },
    { status: "expired" },
    stopped,
  ],
];

describe("the life of an edit", () => {
  it.each(table)("%s", (_name, state, event, after, effects) => {
    const transition = next(state, event, 3);
    expect(transition.state).toMatchObject(after);
    expect(transition.effects.map(({ type }) => type)).toEqual(effects);
  });

  it("ends for good: terminal states absorb every event", () => {
    const events = table.map(([, , event]) => event);
    for (const status of ["succeeded", "failed", "canceled", "expired"] as const) {
      expect(isTerminal(status)).toBe(true);
      for (const event of events) {
        const state: EditState = { status, attempt: 2, counted: 2 };
        expect(next(state, event, 3)).toEqual({ state, effects: [] });
      }
    }
  });

  it("charges for delivered outputs only when it succeeded", () => {
    for (const [, state, event] of table) {
      const { effects, state: after } = next(state, event, 3);
      const settled = effects.find((effect) => effect.type === "settle");
      if (settled !== undefined) expect(settled.delivered > 0).toBe(after.status === "succeeded");
    }
  });

  it("says why an edit ended without a result", () => {
    expect(next(third, { type: "lost", attempt: 3 }, 3).refusal?.code).toBe("model_failed");
    expect(next(queued, { type: "deadline" }, 3).refusal?.code).toBe("edit_expired");
    expect(next(processing, { type: "refused", attempt: 1, refusal }, 3).refusal).toBe(refusal);
  });
});
