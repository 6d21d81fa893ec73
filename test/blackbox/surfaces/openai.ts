import OpenAI, { APIError } from "openai";
import { expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import { costOf, download, expectKept, mask, photo, type Running } from "./running.ts";

/** What `openai` does with edits. */
export function openAiSuite(running: () => Running): void {
  const client = (apiKey = running().system.key) =>
    new OpenAI({ apiKey, baseURL: `${running().system.stack.url}/v1` });
  /** A black and white mask; what Inlay adds to OpenAI's parameters. */
  const own = { mask_mode: "white", seed: 7 } as object;
  const ask = () => ({ image: photo(), mask: mask(), prompt: "a lawn", ...own });

  async function refusal(work: Promise<unknown>): Promise<APIError> {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(APIError);
    return error as APIError;
  }

  it("edits a photograph and gets it as base 64, or by URL", async () => {
    const { system } = running();
    const openai = client();
    const cost = await costOf(system, async () => {
      const answer = await openai.images.edit({ ...ask(), quality: "low", user: "u-1" });
      expectKept(Buffer.from(answer.data?.[0]?.b64_json ?? "", "base64"));
      expect(answer).toMatchObject({ output_format: "png", size: "800x450" });
    });
    expect(cost).toBe(4_000);
    const linked = await openai.images.edit({
      ...ask(),
      image: [photo()],
      quality: "low",
      n: 2,
      size: "800x450",
      output_format: "webp",
      response_format: "url",
    });
    expect(linked.data).toHaveLength(2);
    expectKept(await download(linked.data?.[1]?.url ?? ""));
  });

  it("streams an edit to its end", async () => {
    const stream = await client().images.edit({
      ...ask(),
      quality: "low",
      stream: true,
      partial_images: 2,
    });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "image_edit.completed") {
        expectKept(Buffer.from(event.b64_json, "base64"));
        expect(event.usage.total_tokens).toBe(0);
      }
    }
    expect(types.at(-1)).toBe("image_edit.completed");
  });

  it("cancels an edit, uncharged, by going away from its stream", async () => {
    const { system } = running();
    const cost = await costOf(system, async () => {
      const stream = await client().images.edit({ ...ask(), quality: "max", stream: true });
      const [newest] = await system.list();
      expect(newest?.completed_at).toBeNull();
      stream.controller.abort();
      const id = newest?.id ?? "";
      await expect
        .poll(async () => (await system.get(id)).status, { timeout: 30_000 })
        .toBe("canceled");
    });
    expect(cost).toBe(0);
  });

  it("is told what is wrong, in the errors that it has for it", async () => {
    const openai = client();
    expect(await refusal(client("guess").images.edit(ask()))).toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
    expect(await refusal(openai.images.edit({ ...ask(), n: 9 }))).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      param: "n",
    });
    expect(await refusal(openai.images.edit({ ...ask(), size: "1024x1024" }))).toMatchObject({
      status: 400,
      code: "parameter_unsupported",
      param: "size",
    });
    const transparent = { ...ask(), mask_mode: "alpha" };
    expect(await refusal(openai.images.edit(transparent))).toMatchObject({
      status: 400,
      code: "parameter_unsupported",
      param: "mask_mode",
    });
    expect(await refusal(openai.images.generate({ prompt: "a cat" }))).toMatchObject({
      status: 400,
      code: "task_not_in_profile",
    });
    const empty = { ...ask(), mask: new File([greyPng(800, 450, 0)], "mask.png") };
    const told = { code: "mask_empty", type: "invalid_request_error" };
    expect(await refusal(openai.images.edit(empty))).toMatchObject({ status: 400, ...told });
    const stream = await openai.images.edit({ ...empty, stream: true });
    const reading = async () => {
      for await (const event of stream) expect(event.type).toBe("never");
    };
    expect(await refusal(reading())).toMatchObject(told);
  });
}
