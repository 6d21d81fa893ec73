import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EditParameters } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverResult } from "../harness/container.ts";
import { parametersOf } from "./parameters.ts";

const small = png(640, 480);
const fields = { image: small, mask: small, prompt: "a door", mask_mode: "white" };
/** What an edit is asked where nothing is said. */
const usual = {
  ...EditParameters.parse({ prompt: "a door", seed: 7, sampler: "ddim" }),
  surface: { name: "openai" },
};
type Fields = Record<string, string | Uint8Array<ArrayBuffer>>;

async function edit(token: string, sent: Fields = {}): Promise<Response> {
  const { body, headers } = await api.formBody({ ...fields, ...sent });
  return api.send("POST", "/v1/images/edits", { token, body, headers });
}

async function errorOf(answer: Response) {
  const { error } = await answer.json<{
    error: { message: string; code: string; param: string };
  }>();
  return { status: answer.status, ...error };
}

/** Asks for an edit and has it end meanwhile. */
async function during(
  sent: Fields,
  end: (to: { account: string; edit: string }) => Promise<unknown>,
): Promise<Response> {
  const { id: account, key } = await api.customer();
  const waiting = edit(key, sent);
  await end({ account, edit: (await api.dispatched(key)).id });
  return waiting;
}

describe("an image edit", () => {
  it("answers with the picture in base 64 when it is there, and names the edit", async () => {
    const answer = await during({ user: "u-1" }, deliverResult);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("inlay-edit")).toMatch(/^edit_/);
    const body = await answer.json<{ data: { b64_json: string }[] }>();
    expect(Buffer.from(body.data[0]?.b64_json ?? "", "base64")).toEqual(Buffer.from(small));
    expect(body).toMatchObject({ size: "640x480", output_format: "png" });
  });

  it("takes its pictures as image[], and as JSON", async () => {
    const { id: account, key: token } = await api.customer();
    const { image, ...rest } = fields;
    const { body, headers } = await api.formBody({ ...rest, "image[]": image });
    const url = "https://pictures.example.org/640x480.png";
    const json = {
      images: [{ image_url: url }],
      mask: { image_url: url },
      mask_mode: "white",
      prompt: "p",
      response_format: "url",
    };
    for (const sent of [{ body, headers }, { json }]) {
      const waiting = api.send("POST", "/v1/images/edits", { token, ...sent });
      await deliverResult({ account, edit: (await api.dispatched(token)).id });
      expect((await waiting).status).toBe(200);
    }
  });

  it.each([
    ["mask_empty", 400, "mask_empty"],
    ["image_damaged", 400, "image_damaged"],
    ["input_blocked", 400, "moderation_blocked"],
  ])(
    "that only the container can refuse (%s) is a %d %s, in the answer and in a stream",
    async (told, status, code) => {
      const fail = (to: { account: string; edit: string }) => deliverFailure(to, told);
      expect(await errorOf(await during({}, fail))).toMatchObject({ status, code });
      const stream = await during({ stream: "true" }, async (to) => {
        await fail(to);
      });
      const text = await stream.text();
      expect(text).toContain("event: error\n");
      expect(text).toContain(`"code":"${code}"`);
    },
  );

  it("is waited for although the account is away for a moment", async () => {
    const { id: account, key: token } = await api.customer();
    let failures = 0;
    const namespace = {
      idFromName: (name: string) => env.ACCOUNT.idFromName(name),
      get: (object: DurableObjectId) =>
        new Proxy(env.ACCOUNT.get(object), {
          get: (stub, method) => {
            const methods = stub as unknown as Record<PropertyKey, (...sent: unknown[]) => unknown>;
            return (...sent: unknown[]) => {
              const away = Object.assign(new Error("reset"), { retryable: true });
              if (method === "awaitEdit" && ++failures <= 2) return Promise.reject(away);
              return methods[method]?.(...sent);
            };
          },
        }),
    };
    const { body, headers } = await api.formBody(fields);
    const environment = { ACCOUNT: namespace };
    const waiting = api.send("POST", "/v1/images/edits", { token, body, headers, environment });
    await deliverResult({ account, edit: (await api.dispatched(token)).id });
    expect((await waiting).status).toBe(200);
    expect(failures).toBeGreaterThan(2);
  });

  it("takes no object for a file that was not sent", async () => {
    const { key: token } = await api.customer();
    const forged = {
      key: "inputs/u/edit_1/request",
      part: { filename: "a", offset: 0, length: 9 },
    };
    const json = { ...fields, image: forged, mask: forged };
    const answer = await api.send("POST", "/v1/images/edits", { token, json });
    expect(await errorOf(answer)).toMatchObject({ status: 400, code: "request_invalid" });
  });

  it("that is canceled meanwhile says so", async () => {
    const { key: token } = await api.customer();
    const waiting = edit(token);
    const { id } = await api.dispatched(token);
    await api.send("POST", `/v1/edits/${id}/cancel`, { token });
    expect(await errorOf(await waiting)).toMatchObject({ status: 409, code: "edit_canceled" });
  });

  it.each([
    [{}, { mask_mode: "alpha", output_format: "png" }],
    [{ output_compression: "100" }, { mask_mode: "alpha", output_format: "png" }],
    [
      { output_compression: "80", output_format: "webp", mask_mode: "black" },
      { quality: 80, output_format: "webp", mask_mode: "black" },
    ],
    [
      { mask: png(320, 240), mask_resize: "true", grow: "4", feather: "2", output_format: "same" },
      { mask_mode: "alpha", mask_resize: true, grow: 4, feather: 2, output_format: "same" },
    ],
    [
      { masked_content: "fill", quality: "low" },
      {
        mask_mode: "alpha",
        masked_content: "fill",
        strength: 0.75,
        steps: 10,
        output_format: "png",
      },
    ],
  ] as [Fields, object][])("with %j asks for %j, and nothing else", async (sent, asked) => {
    const { id: account, key } = await api.customer();
    const waiting = edit(key, { mask_mode: "", seed: "7", ...sent });
    const { id } = await api.dispatched(key);
    expect(await parametersOf(account, id)).toEqual({ ...usual, ...asked });
    await deliverResult({ account, edit: id });
    expect((await waiting).status).toBe(200);
  });

  it("streams previews up to as many as were asked for, then the picture", async () => {
    const { id: account, key } = await api.customer();
    const answer = await edit(key, { stream: "true", partial_images: "1" });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const { id } = await api.dispatched(key);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (part: string) => {
      while (!text.includes(part)) {
        const next = await reader?.read();
        if (next === undefined || next.done) throw new Error(`${part} did not come: ${text}`);
        text += next.value;
      }
    };
    await api.callback(account, id, { status: "processing", logs: "" });
    const preview = { purpose: "preview", method: "PUT", account, edit: id } as const;
    await api.put(api.containerUrl(preview), png(64, 48), "image/jpeg");
    await until("image_edit.partial_image");
    await until('"}\n\n');
    await api.put(api.containerUrl(preview), png(32, 24), "image/jpeg");
    await deliverResult({ account, edit: id });
    await until("image_edit.completed");
    expect(text.split("event: image_edit.partial_image")).toHaveLength(2);
    expect(text).toContain(Buffer.from(png(64, 48)).toString("base64"));
  });

  it("is canceled, uncharged, when the reader of its stream goes away", async () => {
    const { key } = await api.customer();
    const answer = await edit(key, { stream: "true" });
    const { id } = await api.dispatched(key);
    await answer.body?.cancel();
    expect(await api.until(key, id, "canceled")).toMatchObject({ price: { charged: 0 } });
  });

  it.each([
    [{ mask: "" }, "mask_missing", "mask"],
    [{ mask_mode: "luminance" }, "request_invalid", "mask_mode"],
    [{ feather: "257" }, "request_invalid", "feather"],
    [{ masked_content: "blur" }, "request_invalid", "masked_content"],
    [{ size: "64x64" }, "parameter_unsupported", "size"],
    [{ n: "11" }, "request_invalid", "n"],
    [{ mask: png(480, 640) }, "mask_size_mismatch", "mask"],
    [{ output_compression: "50" }, "request_invalid", "output_compression"],
    [{ output_compression: "101", output_format: "webp" }, "request_invalid", "output_compression"],
  ] as [Fields, string, string][])("with %j is refused: %s of %s", async (sent, code, param) => {
    const { key: token } = await api.customer();
    expect(await errorOf(await edit(token, sent))).toMatchObject({ status: 400, code, param });
  });

  it("costs what it costs elsewhere, and more than there is in no other way", async () => {
    const { key: token } = await api.customer(5_999);
    const answer = await edit(token);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(await errorOf(answer)).toMatchObject({ status: 429, code: "insufficient_quota" });
  });
});

describe("an image generation", () => {
  const generate = (token: string, json: object, profile = "sd15") =>
    api.send("POST", "/v1/images/generations", { token, json, environment: { PROFILE: profile } });

  it("paints with a profile that can, at the size asked for", async () => {
    const { id: account, key } = await api.customer();
    const waiting = generate(key, { prompt: "a cat", size: "512x768", response_format: "url" });
    const { id } = await api.dispatched(key);
    await deliverResult({ account, edit: id });
    const answer = await (await waiting).json<{ data: { url: string }[] }>();
    expect(answer.data[0]?.url).toContain("/files/result/");
    expect(await api.getEdit(key, id)).toMatchObject({ task: "text_to_image" });
  });

  it("is refused where the profile cannot, or the size is beyond it", async () => {
    const { key } = await api.customer();
    expect(await errorOf(await generate(key, { prompt: "a cat" }, "tiny"))).toMatchObject({
      status: 400,
      code: "task_not_in_profile",
    });
    expect(
      await errorOf(await generate(key, { prompt: "a cat", size: "1536x1024" })),
    ).toMatchObject({
      status: 400,
      param: "size",
    });
  });
});
