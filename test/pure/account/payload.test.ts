import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { announce } from "../../../functions/account/events.ts";
import type { EditResult } from "../../../functions/account/edit-row.ts";
import { frozenPayload, payloadBytes } from "../../../functions/account/payload.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import type { EditEvent } from "../../../schemas/webhook-event.ts";
import { manifest } from "./fixtures.ts";
import { testAccount } from "./harness.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** The event of a succeeded edit of four outputs, with these labels, warnings and error. */
function event(
  metadata: Record<string, string>,
  warnings: EditEvent["data"]["warnings"],
  detail = "",
): EditEvent {
  const account = testAccount();
  const row = account.accept({ parameters: EditParameters.parse({ n: 4, metadata }) });
  const { outputs, model } = manifest(row.id, 1, 4);
  const result: EditResult = {
    attempt: 1,
    outputs,
    warnings,
    decoder: model.decoder,
    predictMs: 830,
  };
  const error = detail === "" ? null : JSON.stringify({ code: "image_damaged", detail });
  announce(account.context, {
    ...row,
    status: "succeeded",
    result: JSON.stringify(result),
    error,
  });
  const [written] = account.context.storage.exec<{ payload: string }>(
    "SELECT payload FROM events ORDER BY sequence DESC LIMIT 1",
  );
  expect(bytes(written?.payload ?? "")).toBeLessThanOrEqual(payloadBytes);
  return JSON.parse(written?.payload ?? "") as EditEvent;
}

/** Metadata as large as may be sent, of characters that take three bytes each. */
const largest = (() => {
  const labels: Record<string, string> = {};
  for (let label = 0; JSON.stringify(labels).length < limits.metadataBytes - 600; label++) {
    labels[`label-${label}`] = "漢".repeat(512);
  }
  return labels;
})();

const warning = { code: "upscaled", detail: "x".repeat(500) };

describe("a frozen payload", () => {
  it("is the whole edit where it fits: four outputs and the most metadata of all", () => {
    const { data, trimmed } = event(largest, [warning]);
    expect(bytes(JSON.stringify(data.metadata))).toBeGreaterThan(10_000);
    expect(trimmed).toBeUndefined();
    expect(data.metadata).toEqual(largest);
    expect(data.outputs).toHaveLength(4);
    expect(data.warnings).toEqual([warning]);
  });

  it("is measured in bytes, not in characters", () => {
    const warnings = Array.from({ length: 4 }, () => ({ code: "w", detail: "漢".repeat(1_000) }));
    const { data, trimmed } = event(largest, warnings);
    expect(JSON.stringify(data).length).toBeLessThan(payloadBytes / 2);
    expect(trimmed).toEqual(["warnings"]);
  });

  it("has its warnings shortened first, and says so", () => {
    const { data, trimmed } = event(
      { order: "12" },
      Array.from({ length: 100 }, () => warning),
    );
    expect(trimmed).toEqual(["warnings"]);
    expect(data.warnings).toHaveLength(8);
    expect(data.metadata).toEqual({ order: "12" });
  });

  it("has its error's sentence shortened next, and keeps its code", () => {
    const { data, trimmed } = event({ order: "12" }, [warning], "y".repeat(30_000));
    expect(trimmed).toEqual(["warnings", "error"]);
    expect(data.error).toMatchObject({ code: "image_damaged", detail: `${"y".repeat(300)}...` });
    expect(data.metadata).toEqual({ order: "12" });
  });

  it("goes without metadata at last, and is never larger than 20,000 bytes", () => {
    const long = fc.string({ unit: "binary", minLength: 0, maxLength: 20_000 });
    const warnings = fc.array(fc.record({ code: long, detail: long }), { maxLength: 20 });
    fc.assert(
      fc.property(warnings, long, (happened, detail) => {
        const whole = event({ order: "12" }, [], "");
        const error = { type: "", title: "", status: 422, code: "image_damaged", detail } as const;
        const data = { ...whole.data, metadata: largest, warnings: happened, error };
        const text = frozenPayload({ ...whole, data });
        expect(bytes(text)).toBeLessThanOrEqual(payloadBytes);
        const { id, status, outputs } = (JSON.parse(text) as EditEvent).data;
        expect({ id, status, outputs }).toEqual({
          id: whole.data.id,
          status: "succeeded",
          outputs: whole.data.outputs,
        });
      }),
      { numRuns: 30 },
    );
  });
});
