import OpenAI, { APIError, RateLimitError } from "openai";
import { expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import {
  costOf,
  derivedFile,
  download,
  expectKept,
  mask,
  photo,
  poorKey,
  type Running,
} from "./running.ts";

/** What `openai` does with edits. */
export function openAiSuite(running: () => Running): void {
  const client = (apiKey = running().system.key) =>
    new OpenAI({ apiKey, baseURL: `${running().system.stack.url}/v1` });
  /** With a mask that is transparent where the photograph changes, and Inlay's own seed. */
  const ask = () => ({
    image: photo(),
    mask: derivedFile("alpha"),
    prompt: "a lawn",
    ...({ seed: 7 } as object),
  });

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

  it("has its mask read in another way, and its file in another format, where it says so", async () => {
    const white = { ...ask(), mask: mask(), ...({ mask_mode: "white" } as object) };
    const kept = await client().images.edit({ ...white, quality: "low" });
    expectKept(Buffer.from(kept.data?.[0]?.b64_json ?? "", "base64"));

    const sizeAt = async (output_compression: number) => {
      const asked = {
        ...ask(),
        quality: "low",
        output_format: "jpeg",
        output_compression,
      } as const;
      const answer = await client().images.edit(asked);
      expect(answer).toMatchObject({ output_format: "jpeg", size: "800x450" });
      const file = Buffer.from(answer.data?.[0]?.b64_json ?? "", "base64");
      expect(file.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
      return file.length;
    };
    expect(await sizeAt(30)).toBeLessThan(await sizeAt(100));
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
    const poor = client(await poorKey(running().system));
    const payment = await refusal(poor.images.edit(ask()));
    expect(payment).toBeInstanceOf(RateLimitError);
    expect(payment).toMatchObject({ status: 429, code: "insufficient_quota" });
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
    expect(await refusal(openai.images.edit({ ...ask(), output_compression: 50 }))).toMatchObject({
      status: 400,
      code: "request_invalid",
      param: "output_compression",
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
