import { describe, expect, it } from "vitest";
import { findModel, modelOf } from "../../../functions/surfaces/models.ts";
import { replicateModels } from "../../../functions/surfaces/replicate/models.ts";
import { EditTask } from "../../../schemas/edit.ts";

const inpaint = modelOf("inpaint");

describe("a model", () => {
  it.each([
    ["inlay/inpaint", "inpaint"],
    [`inlay/inpaint:${inpaint.version}`, "inpaint"],
    [inpaint.version, "inpaint"],
    ["inlay/erase", "erase"],
    ["stability-ai/stable-diffusion-inpainting", "inpaint"],
    ["95b7223104132402a9ae91cc677285bc5eb997834bd2349fa486f53910fd68b3", "inpaint"],
  ])("%s is one whose edits %s", (reference, task) => {
    expect(findModel(replicateModels, reference)).toMatchObject({ ok: true, value: { task } });
  });

  it.each([
    "",
    "inpaint",
    "inlay/",
    "acme/painter",
    `inlay/erase:${inpaint.version}`,
    "0".repeat(64),
  ])("%j is none", (reference) => {
    expect(findModel(replicateModels, reference)).toMatchObject({
      ok: false,
      problem: { code: "model_unknown" },
    });
  });

  it("stands for every task", () => {
    const names = EditTask.options.map((task) => modelOf(task).name);
    expect(new Set(names).size).toBe(EditTask.options.length);
  });
});
