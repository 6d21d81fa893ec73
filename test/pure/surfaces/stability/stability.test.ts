import { describe, expect, it } from "vitest";
import { readParameters } from "../../../../functions/surfaces/mapping.ts";
import { jsonAnswer, wantsJson } from "../../../../functions/surfaces/stability/answer.ts";
import { stabilityOperations } from "../../../../functions/surfaces/stability/parameters.ts";
import { stabilityProblem } from "../../../../functions/surfaces/stability/problem.ts";
import { problemCodes } from "../../../../schemas/problem-catalogue.ts";
import { ended, output, problem } from "../records.ts";

const never = (value: unknown): value is never => value === undefined;

describe("Stability's parameters", () => {
  it.each([
    ["inpaint", { prompt: "a lawn", seed: "0", grow_mask: "0" }, { prompt: "a lawn", grow: 0 }],
    ["erase", { seed: "12", output_format: "webp" }, { seed: 12, output_format: "webp" }],
    ["erase", { mask_mode: "alpha", feather: "4" }, { mask_mode: "alpha", feather: 4 }],
    ["outpaint", { left: "64", down: "8", creativity: "0.5" }, { left: 64, down: 8 }],
  ] as const)("of %s, %j, ask for %j", (operation, sent, asked) => {
    const read = readParameters(stabilityOperations[operation], sent, "", never);
    expect(read).toMatchObject({ ok: true, value: { asked } });
    if (read.ok) expect(read.value.asked).toEqual(asked);
  });

  it.each([
    ["inpaint", {}, "request_invalid"],
    ["erase", { prompt: "a lawn" }, "request_invalid"],
    ["erase", { grow_mask: "101" }, "request_invalid"],
    ["outpaint", { grow_mask: "5" }, "request_invalid"],
    ["outpaint", { left: "2001" }, "request_invalid"],
    ["inpaint", { prompt: "a", style_preset: "anime" }, "parameter_unsupported"],
    ["outpaint", { left: "64", creativity: "0.9" }, "parameter_unsupported"],
  ] as const)("of %s, %j, are refused: %s", (operation, sent, code) => {
    const read = readParameters(stabilityOperations[operation], sent, "", never);
    expect(read).toMatchObject({ ok: false, problem: { code } });
  });
});

describe("Stability's answers", () => {
  it.each([
    [undefined, false],
    ["image/*", false],
    ["application/json", true],
    ["image/*, application/json;q=0.5", true],
    ["application/jsonp", false],
  ])("to Accept: %s are JSON: %s", (accept, json) => {
    expect(wantsJson(accept)).toBe(json);
  });

  it("hold the picture, its seed and its finish", async () => {
    async function* b64() {
      yield "AAEC";
      yield "Aw==";
    }
    let text = "";
    const { edit } = ended({ status: "succeeded", outputs: [output()] });
    for await (const piece of jsonAnswer(edit, b64())) text += piece;
    expect(JSON.parse(text)).toEqual({ image: "AAECAw==", finish_reason: "SUCCESS", seed: 7 });
  });
});

describe("Stability's errors", () => {
  it.each([
    ["request_invalid", 400, "bad_request"],
    ["mask_empty", 400, "bad_request"],
    ["key_invalid", 401, "unauthorized"],
    ["credits_insufficient", 402, "payment_required"],
    ["output_blocked", 403, "content_moderation"],
    ["input_blocked", 403, "content_moderation"],
    ["edit_not_found", 404, "not_found"],
    ["edit_deleted", 404, "not_found"],
    ["image_too_large", 413, "payload_too_large"],
    ["creates_too_fast", 429, "rate_limit_exceeded"],
    ["model_failed", 500, "internal_error"],
    ["edit_expired", 504, "timeout"],
  ] as const)("tell %s as %d %s", (code, status, name) => {
    expect(stabilityProblem(problem({ code, detail: "Do this." }))).toMatchObject({
      status,
      body: { id: "req-1", name, errors: ["Do this."] },
    });
  });

  it("have a name for every code", () => {
    for (const code of problemCodes) {
      const { status, body } = stabilityProblem(problem({ code, detail: "" }));
      if (status !== 500) expect(body).not.toMatchObject({ name: "internal_error" });
    }
  });
});
