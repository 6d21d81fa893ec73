import { describe, expect, it } from "vitest";
import { settleRequest } from "../../../../functions/api/edits/settle-request.ts";
import { EditTask, RequestedParameters, taskPictures } from "../../../../schemas/edit.ts";
import type { PictureRole } from "../../../../schemas/edit.ts";
import { profileOf } from "../../../../schemas/profile.ts";

/** What a request of these fields, with the pictures of its task unless others are named, comes to. */
function settled(fields: object, pictures?: readonly PictureRole[], profile = "sd15") {
  const asked = RequestedParameters.parse({ prompt: "a cat", ...fields });
  return settleRequest(profile, asked, pictures ?? taskPictures[asked.task]);
}

/** What a task needs beside its pictures and a prompt. */
function needed(task: EditTask): object {
  return task === "outpaint" ? { task, left: 64 } : { task };
}

describe("a request", () => {
  it.each(EditTask.options)("for %s is taken with the task's pictures", (task) => {
    const value = { task, steps: 20, strength: 1 };
    expect(settled(needed(task))).toMatchObject({ ok: true, value });
  });

  it.each<[string, object, PictureRole[] | undefined, string, string, string]>([
    [
      "a picture to paint from a prompt",
      { task: "text_to_image" },
      ["image"],
      "request_invalid",
      "/image",
      "takes no image",
    ],
    [
      "a mask to paint from a prompt",
      { task: "text_to_image" },
      ["mask"],
      "request_invalid",
      "/mask",
      "takes no mask",
    ],
    [
      "an example to erase with",
      { task: "erase" },
      ["image", "mask", "example"],
      "request_invalid",
      "/example",
      "takes no example",
    ],
    ["no image", { task: "erase" }, ["mask"], "image_missing", "/image", "an https URL"],
    ["no mask", { task: "inpaint" }, ["image"], "mask_missing", "/mask", "white where"],
    [
      "no example",
      { task: "paint_by_example" },
      ["image", "mask"],
      "example_missing",
      "/example",
      "painted in",
    ],
    [
      "nothing to paint",
      { task: "text_to_image", prompt: " " },
      undefined,
      "request_invalid",
      "/prompt",
      "Say what",
    ],
    [
      "a width beside an image",
      { width: 512 },
      undefined,
      "request_invalid",
      "/width",
      "Remove width",
    ],
    [
      "a height beside an image",
      { task: "paint_by_example", height: 64 },
      undefined,
      "request_invalid",
      "/height",
      "Remove height",
    ],
    [
      "more steps than distilled weights do",
      { sampler: "lcm", steps: 20 },
      undefined,
      "request_invalid",
      "/steps",
      "4 to 8",
    ],
    [
      "fewer steps than distilled weights do",
      { sampler: "lcm", steps: 3 },
      undefined,
      "request_invalid",
      "/steps",
      "4 to 8",
    ],
    ["no margins", { task: "outpaint" }, undefined, "request_invalid", "/left", "how many pixels"],
    [
      "margins of nothing",
      { task: "outpaint", up: 0 },
      undefined,
      "request_invalid",
      "/left",
      "how many pixels",
    ],
    ["margins to inpaint", { up: 9 }, undefined, "request_invalid", "/up", "for outpaint"],
    [
      "a mask to outpaint",
      { task: "outpaint", up: 9 },
      ["image", "mask"],
      "request_invalid",
      "/mask",
      "takes no mask",
    ],
    [
      "a mask to grow where there is none",
      { task: "outpaint", up: 9, grow: 2 },
      undefined,
      "request_invalid",
      "/grow",
      "takes no mask",
    ],
    [
      "content of a picture where it ends",
      { task: "outpaint", up: 9, masked_content: "original" },
      undefined,
      "request_invalid",
      "/masked_content",
      "noise or fill",
    ],
    [
      "a soft edge where there is no picture",
      { task: "text_to_image", feather: 2 },
      undefined,
      "request_invalid",
      "/feather",
      "no picture",
    ],
    [
      "noise that something of the picture is left of",
      { masked_content: "noise", strength: 0.5 },
      undefined,
      "request_invalid",
      "/strength",
      "strength of 1",
    ],
    ["a quality of PNG", { quality: 80 }, undefined, "request_invalid", "/quality", "lossless"],
    [
      "a strength where there is no picture to start from",
      { task: "text_to_image", prompt: "a cat", strength: 0.5 },
      [],
      "request_invalid",
      "/strength",
      "Remove strength",
    ],
  ])("with %s is refused with a pointer", (_what, fields, pictures, code, pointer, remedy) => {
    const problem = { code, errors: [{ pointer }], detail: expect.stringContaining(remedy) };
    expect(settled(fields, pictures)).toMatchObject({ ok: false, problem });
  });

  it("for what the profile does not have is told what it has, before its pictures are looked at", () => {
    expect(settled({ task: "text_to_image" }, ["image"], "tiny")).toMatchObject({
      problem: {
        code: "task_not_in_profile",
        detail: "The profile tiny does not serve text_to_image. Choose inpaint, erase or outpaint.",
        errors: [{ pointer: "/task" }],
      },
    });
    expect(settled({ sampler: "unipc" }, [], "tiny")).toMatchObject({
      problem: {
        code: "sampler_not_in_profile",
        detail: "The profile tiny does not have the sampler unipc. Choose ddim.",
        errors: [{ pointer: "/sampler" }],
      },
    });
  });
});

describe("what a request leaves to the profile", () => {
  it("is the size of a picture without an image: the profile's own", () => {
    const task = "text_to_image";
    expect(settled({ task })).toMatchObject({ value: { width: 512, height: 512 } });
    expect(settled({ task, width: 100 })).toMatchObject({ value: { width: 100, height: 512 } });
    expect(settled({})).not.toHaveProperty("value.width");
  });

  it("is the sampler, which is then sent by name: what the container has as its own may differ", () => {
    expect(settled({})).toMatchObject({ value: { sampler: profileOf("sd15").sampler } });
    expect(settled({}, undefined, "tiny")).toMatchObject({ value: { sampler: "ddim" } });
  });

  it("is the strength: something of what sampling starts from is left, unless it is noise", () => {
    expect(settled({ masked_content: "fill" })).toMatchObject({ value: { strength: 0.75 } });
    expect(settled({ masked_content: "fill", strength: 1 })).toMatchObject({
      value: { strength: 1 },
    });
    expect(settled({ strength: 0.5 })).toMatchObject({ value: { strength: 0.5 } });
  });

  it("is the number of steps: as many as distilled weights do, and 20 of others", () => {
    expect(settled({ sampler: "lcm" })).toMatchObject({ value: { steps: 8 } });
    expect(settled({ sampler: "lcm", steps: 4 })).toMatchObject({ value: { steps: 4 } });
    expect(settled({ sampler: "unipc" })).toMatchObject({ value: { steps: 20 } });
  });
});
