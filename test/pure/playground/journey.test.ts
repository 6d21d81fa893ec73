import { describe, expect, it } from "vitest";
import {
  nextJourney,
  start,
  type Journey,
  type JourneyEvent,
  type Trouble,
} from "../../../functions/playground/client/journey.ts";
import type { Edit } from "../../../schemas/edit.ts";

const edit = (status: Edit["status"], progress = 0, error: Edit["error"] = null) =>
  ({ id: "edit_1", status, progress, error }) as Edit;
const trouble: Trouble = { title: "No", detail: "Do.", code: "mask_empty", requestId: "r" };
const drawing: Journey = { phase: "drawing", trouble: null };
const sending: Journey = { phase: "sending", sent: 0.5 };
const running = (now = edit("queued"), canceling = false): Journey => ({
  phase: "running",
  edit: now,
  canceling,
});
const shown: Journey = { phase: "shown", edit: edit("succeeded") };
const phases: Record<Journey["phase"], Journey> = {
  empty: start,
  drawing,
  sending,
  running: running(),
  shown,
};

/** What an event leads to in each phase: the phase, and the effects apart from what is said. */
const table: Record<string, [JourneyEvent, Record<Journey["phase"], string>]> = {
  "a picture": [
    { type: "picture" },
    {
      empty: "drawing",
      drawing: "drawing",
      sending: "sending",
      running: "running",
      shown: "drawing",
    },
  ],
  "a file that is no picture": [
    { type: "unreadable", trouble },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "sending",
      running: "running",
      shown: "drawing",
    },
  ],
  "the run button": [
    { type: "run" },
    {
      empty: "empty",
      drawing: "sending send",
      sending: "sending",
      running: "running",
      shown: "shown",
    },
  ],
  acceptance: [
    { type: "accepted", edit: edit("queued") },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "running watch",
      running: "running",
      shown: "shown",
    },
  ],
  success: [
    { type: "news", edit: edit("succeeded", 1) },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "sending",
      running: "shown present",
      shown: "shown",
    },
  ],
  failure: [
    { type: "news", edit: edit("failed") },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "sending",
      running: "drawing",
      shown: "shown",
    },
  ],
  refusal: [
    { type: "failed", trouble },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "drawing",
      running: "drawing",
      shown: "drawing",
    },
  ],
  "the cancel button": [
    { type: "cancel" },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "drawing abort",
      running: "running cancel",
      shown: "shown",
    },
  ],
  again: [
    { type: "again" },
    {
      empty: "empty",
      drawing: "drawing",
      sending: "sending",
      running: "running",
      shown: "drawing",
    },
  ],
  "an earlier edit": [
    { type: "opened", edit: edit("succeeded") },
    { empty: "shown", drawing: "shown", sending: "sending", running: "running", shown: "shown" },
  ],
};

describe.each(Object.entries(table))("%s", (_, [event, expected]) => {
  it.each(Object.entries(expected))("while %s leads to %s", (phase, outcome) => {
    const { journey, effects } = nextJourney(phases[phase as Journey["phase"]], event);
    const acts = effects.map(({ type }) => type).filter((type) => type !== "say");
    expect([journey.phase, ...acts].join(" ")).toBe(outcome);
  });
});

describe("what is said", () => {
  const said = (from: Journey, to: Edit) =>
    nextJourney(from, { type: "news", edit: to }).effects.flatMap((effect) =>
      effect.type === "say" ? [effect.text] : [],
    );

  it("of progress is each quarter once", () => {
    const at = (progress: number) => edit("processing", progress);
    expect(said(running(), at(0))).toEqual(["Painting."]);
    expect(said(running(at(0.1)), at(0.2))).toEqual([]);
    expect(said(running(at(0.2)), at(0.3))).toEqual(["25 percent."]);
    expect(said(running(at(0.3)), at(0.8))).toEqual(["75 percent."]);
  });

  it("of an edit that failed is its problem, and what to do", () => {
    const error = {
      title: "No",
      detail: "Do.",
      code: "mask_empty",
      type: "",
      status: 422,
    } as const;
    const { journey, effects } = nextJourney(running(), {
      type: "news",
      edit: edit("failed", 0, error),
    });
    expect(journey).toEqual({
      phase: "drawing",
      trouble: { title: "No", detail: "Do.", code: "mask_empty", requestId: "edit_1" },
    });
    expect(effects).toEqual([{ type: "say", text: "No. Do." }]);
  });
});

describe("news of another edit than the one that runs", () => {
  it("changes nothing: one that was canceled may still be told of", () => {
    const other = { ...edit("canceled"), id: "edit_0" };
    expect(nextJourney(running(), { type: "news", edit: other })).toEqual({
      journey: running(),
      effects: [],
    });
  });
});

describe("an edit that is being canceled", () => {
  it("is not canceled again, and is shown if it succeeded first", () => {
    const canceling = running(edit("processing"), true);
    expect(nextJourney(canceling, { type: "cancel" }).effects).toEqual([]);
    const { journey } = nextJourney(canceling, { type: "news", edit: edit("succeeded") });
    expect(journey.phase).toBe("shown");
  });
});
