import fc from "fast-check";
import { parseProgressFromLogs } from "replicate";
import { describe, expect, it } from "vitest";
import {
  stillStarting,
  toPrediction,
} from "../../../../functions/surfaces/replicate/prediction.ts";
import type { EditStatus } from "../../../../schemas/edit.ts";
import { ended, output, problem, record, replicateRecord } from "../records.ts";

const named = { surface: replicateRecord({ cancel_after: true }) };

describe("an edit as a prediction", () => {
  it.each([
    ["queued", "starting"],
    ["starting", "starting"],
    ["processing", "processing"],
    ["succeeded", "succeeded"],
    ["failed", "failed"],
    ["canceled", "canceled"],
    ["expired", "canceled"],
  ] as const)("that is %s is %s", (status: EditStatus, told) => {
    expect(toPrediction(record({ status })).status).toBe(told);
    expect(toPrediction(record({ status }, named)).status).toBe(told);
    const never = record({ status, started_at: null });
    expect(toPrediction(never).status).toBe(told);
  });

  it("is aborted where it expires before it ran and its deadline was asked for", () => {
    expect(toPrediction(ended({ status: "expired", started_at: null }, named))).toMatchObject({
      status: "aborted",
      deadline: "2026-01-01T00:15:00.000Z",
    });
  });

  it("unfinished after a wait is starting, as clients expect, and finished is what it is", () => {
    expect(stillStarting(toPrediction(record())).status).toBe("starting");
    expect(stillStarting(toPrediction(ended({ status: "failed" }))).status).toBe("failed");
  });

  it("has the delivered outputs, the withheld ones in its logs, times in seconds, and its own addresses", () => {
    const outputs = [output({ url: null, blocked: "output_blocked" }), output()];
    const surface = replicateRecord({ deployment: "inlay/inpaint" });
    const told = toPrediction(ended({ status: "succeeded", outputs }, { surface }));
    expect(told).toMatchObject({
      output: [outputs[1]?.url],
      input: { prompt: "a lawn" },
      deployment: "inlay/inpaint",
      metrics: { predict_time: 0.83, total_time: 10 },
      data_removed: false,
      urls: {
        get: "https://inlay.example.com/v1/predictions/edit_01k9qz4w6h8v3m5n7p2r4t6x8z",
        cancel: "https://inlay.example.com/v1/predictions/edit_01k9qz4w6h8v3m5n7p2r4t6x8z/cancel",
      },
    });
    expect(told.logs).toContain("Output 0 is withheld: output_blocked");
  });

  it("whose files are gone has no output and says so", () => {
    const outputs = [output({ url: null })];
    expect(toPrediction(ended({ status: "succeeded", outputs }))).toMatchObject({
      output: null,
      data_removed: true,
    });
  });

  it("tells an error by its code first", () => {
    const error = problem({ code: "mask_empty", detail: "Mark something." });
    expect(toPrediction(ended({ status: "failed", error })).error).toBe(
      "mask_empty: Mark something.",
    );
  });

  it("of another surface has the model of its task and an input of its parameters", () => {
    const asked = { task: "erase", n: 2, grow: 4, webhook: "https://hooks.example.com/a" } as const;
    const { model, input } = toPrediction(record({ task: "erase" }, asked));
    expect(model).toBe("inlay/erase");
    expect(input).toMatchObject({ n: 2, seed: 7, grow: 4 });
    for (const kept of ["task", "webhook", "metadata", "surface"]) {
      expect(input).not.toHaveProperty(kept);
    }
  });

  it("has progress that Replicate's own reader finds, at every step", () => {
    const steps = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (total, progress) => {
        const { logs } = toPrediction(record({ progress }, { steps: total }));
        expect(parseProgressFromLogs(logs)).toEqual({
          percentage: Math.floor(progress * 100) / 100,
          current: Math.floor(progress * total),
          total,
        });
      }),
    );
    expect(toPrediction(record({ status: "queued", started_at: null })).logs).toBe("");
  });
});
