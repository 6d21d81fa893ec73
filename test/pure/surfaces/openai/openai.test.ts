import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemError } from "../../../../functions/errors/problem-error.ts";
import { imagesAnswer } from "../../../../functions/surfaces/openai/answer.ts";
import { completedImages } from "../../../../functions/surfaces/openai/events.ts";
import { openAiProblem } from "../../../../functions/surfaces/openai/problem.ts";
import { readEdit, readGeneration } from "../../../../functions/surfaces/openai/request.ts";
import { base64Of } from "../../../../functions/surfaces/text-stream.ts";
import { problemCodes } from "../../../../schemas/problem-catalogue.ts";
import { stagedImage } from "../../account/fixtures.ts";
import { ended, output, problem } from "../records.ts";

async function textOf(pieces: AsyncGenerator<string, void>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

function refusalOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    const { refusal } = error as ProblemError;
    return `${refusal.code} ${refusal.errors?.map(({ pointer }) => pointer).join(" ")}`;
  }
}

const edit = { prompt: "a lawn", image: "upl_1" };

describe("an edit that OpenAI's clients ask for", () => {
  it("takes its pictures from a form or from JSON, and reads masks as transparent", () => {
    const form = readEdit({ ...edit, mask: "m", n: "2", stream: "true", partial_images: "3" });
    expect(form).toMatchObject({
      order: { asked: { prompt: "a lawn", n: 2, mask_mode: "alpha", task: "inpaint" } },
      wanted: { stream: true, partialImages: 3, responseFormat: "b64_json" },
    });
    const images = [{ image_url: "https://example.com/a.png" }];
    const json = readEdit({ prompt: "p", images, mask: { file_id: "upl_2" }, mask_mode: "white" });
    expect([...json.order.pictures]).toEqual([
      ["image", "https://example.com/a.png"],
      ["mask", "upl_2"],
    ]);
    expect(json.order.asked.mask_mode).toBe("white");
  });

  it.each([
    [{ quality: "low" }, { steps: 10 }],
    [{ quality: "auto" }, {}],
    [{ output_compression: 100 }, {}],
    [{ output_compression: "80" }, { quality: 80 }],
    [{ output_compression: 100, output_format: "png" }, { output_format: "png" }],
    [
      { output_compression: 100, output_format: "jpeg" },
      { quality: 100, output_format: "jpeg" },
    ],
    [
      { output_compression: 0, output_format: "webp" },
      { quality: 1, output_format: "webp" },
    ],
    [
      { mask_resize: "true", grow: "4", feather: 2 },
      { mask_resize: true, grow: 4, feather: 2 },
    ],
    [{ user: "a", safety_identifier: "b" }, { metadata: { user: "b" } }],
    [{ model: "gpt-image-2", moderation: "low", background: "auto" }, {}],
  ])("asks by %j for %j", (sent, asked) => {
    const { prompt, task, ...rest } = readEdit({ ...edit, ...sent }).order.asked;
    expect([prompt, task]).toEqual(["a lawn", "inpaint"]);
    expect(rest).toEqual(asked);
  });

  it.each([
    [{ image: ["a", "b"] }, "parameter_unsupported /image"],
    [{ background: "transparent" }, "parameter_unsupported /background"],
    [{ svg: {} }, "parameter_unsupported /svg"],
    [{ prompt: "" }, "request_invalid /prompt"],
    [{ prompt: undefined }, "request_invalid /prompt"],
    [{ n: 5 }, "request_invalid /n"],
    [{ output_compression: 101 }, "request_invalid /output_compression"],
    [{ output_format: "gif" }, "request_invalid /output_format"],
    [{ feather: 257 }, "request_invalid /feather"],
    [{ partial_images: 4 }, "request_invalid /partial_images"],
    [{ size: "large" }, "request_invalid /size"],
    [{ temperature: 1 }, "request_invalid /temperature"],
  ])("with %j is refused: %s", (sent, told) => {
    expect(refusalOf(() => readEdit({ ...edit, ...sent }))).toBe(told);
  });

  it("takes the picture's own size, and no other", () => {
    const image = { from: "staged", image: stagedImage(), identity: "" } as const;
    const check = (size: string) => () => readEdit({ ...edit, size }).order.check?.({ image });
    expect(refusalOf(check("640x480"))).toBe("none");
    expect(refusalOf(check("auto"))).toBe("none");
    expect(refusalOf(check("1024x1024"))).toBe("parameter_unsupported /size");
  });

  it("paints from a prompt at a size", () => {
    const { asked } = readGeneration({ prompt: "a cat", size: "512x768" }).order;
    expect(asked).toEqual({ prompt: "a cat", width: 512, height: 768, task: "text_to_image" });
    expect(refusalOf(() => readGeneration({ prompt: "a", size: "1536x1024", image: "b" }))).toBe(
      "request_invalid /image",
    );
  });
});

describe("OpenAI's answers", () => {
  const record = ended({
    status: "succeeded",
    outputs: [
      output(),
      output({ url: null, blocked: "output_blocked" }),
      output({ url: "https://b" }),
    ],
  });
  async function* named({ url }: { url: string }) {
    yield Buffer.from(url).toString("base64");
  }

  it("are JSON of the delivered pictures, by base 64 or by URL", async () => {
    const inline = JSON.parse(await textOf(imagesAnswer(record.edit, named))) as object;
    expect(inline).toMatchObject({
      created: 1_767_225_610,
      data: [{}, { b64_json: Buffer.from("https://b").toString("base64") }],
      size: "640x480",
      output_format: "png",
      usage: { total_tokens: 0 },
    });
    const linked = JSON.parse(await textOf(imagesAnswer(record.edit, null))) as object;
    expect(linked).toMatchObject({ data: [{}, { url: "https://b" }] });
  });

  it("are an event for each picture in a stream", async () => {
    const text = await textOf(completedImages("image_edit", record.edit, named));
    const events = text.trimEnd().split("\n\n");
    expect(events).toHaveLength(2);
    expect(JSON.parse(events[1]?.split("data: ")[1] ?? "")).toMatchObject({
      type: "image_edit.completed",
      b64_json: Buffer.from("https://b").toString("base64"),
    });
  });

  it("hold a file's bytes, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), async (chunks) => {
        const file = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk);
            controller.close();
          },
        });
        const text = await textOf(base64Of(file));
        expect(text).toBe(Buffer.concat(chunks).toString("base64"));
      }),
    );
  });
});

describe("OpenAI's errors", () => {
  it.each([
    ["mask_empty", 400, "invalid_request_error", "mask_empty"],
    ["image_damaged", 400, "invalid_request_error", "image_damaged"],
    ["output_blocked", 400, "image_generation_user_error", "moderation_blocked"],
    ["input_blocked", 400, "image_generation_user_error", "moderation_blocked"],
    ["model_failed", 500, "server_error", "model_failed"],
    ["edit_expired", 504, "server_error", "edit_expired"],
    ["credits_insufficient", 429, "insufficient_quota", "insufficient_quota"],
    ["key_revoked", 401, "invalid_request_error", "invalid_api_key"],
    ["unavailable", 503, "server_error", "unavailable"],
  ] as const)("tell %s as %d %s %s", (code, status, type, told) => {
    expect(openAiProblem(problem({ code, detail: "Do this." }))).toMatchObject({
      status,
      body: { error: { message: "Do this.", type, code: told, param: null } },
    });
  });

  it("have a status that their client knows, for every code", () => {
    const known = [400, 401, 403, 404, 405, 408, 409, 413, 429, 500, 503, 504];
    for (const code of problemCodes) {
      expect(known).toContain(openAiProblem(problem({ code, detail: "" })).status);
    }
  });
});
