import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { profileOf } from "../../../schemas/profile.ts";
import { gif, png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";

const sd15 = { environment: { PROFILE: "sd15" } };
const picture = "https://pictures.example.org/640x480.png";
const pictures = { image: png(640, 480), mask: png(640, 480) };

/** The id of a finished upload of this customer's. */
async function uploaded(token: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const made = await api.send("POST", "/v1/uploads", { token });
  const { id, upload_url } = await made.json<{ id: string; upload_url: string }>();
  await api.put(upload_url, bytes);
  return id;
}

/** What the container downloads as the picture of an index. */
async function input(account: string, edit: string, index: number): Promise<Response> {
  return api.send(
    "GET",
    api.containerUrl({ purpose: "input", method: "GET", account, edit, index }),
  );
}

describe("paint_by_example", () => {
  const example = png(300, 200);
  const data = `data:image/png;base64,${Buffer.from(example).toString("base64")}`;

  it.each(["a form", "a data: URI", "a URL", "an upload", "uploads alone"])(
    "takes its example from %s and hands it to the container",
    async (way) => {
      const { id: account, key } = await api.customer();
      const task = "paint_by_example";
      const asJson = (json: object) => api.send("POST", "/v1/edits", { token: key, json, ...sd15 });
      const asked = {
        "a form": () => api.sendForm(key, { ...pictures, task, example }, sd15),
        "a data: URI": () => asJson({ task, image: picture, mask: picture, example: data }),
        "a URL": () => asJson({ task, image: data, mask: data, example: picture }),
        "an upload": async () =>
          api.sendForm(key, { ...pictures, task, example: await uploaded(key, example) }, sd15),
        "uploads alone": async () => {
          const [image, mask] = [
            await uploaded(key, png(64, 64)),
            await uploaded(key, png(64, 64)),
          ];
          return asJson({ task, image, mask, example: await uploaded(key, example) });
        },
      }[way];
      const created = await asked?.();
      expect(created?.status, await created?.clone().text()).toBe(202);
      const edit = await created?.json<Edit>();
      expect(edit).toMatchObject({ task, profile: "sd15", price: { reserved: 6_000 } });
      await api.until(key, edit?.id ?? "", "starting");
      const sent = await input(account, edit?.id ?? "", 2);
      const wanted = way === "a URL" ? png(640, 480) : example;
      expect(new Uint8Array(await sent.arrayBuffer())).toEqual(wanted);
    },
  );

  it("refuses an example that is no picture, and leaves nothing of the request", async () => {
    const { id, key } = await api.customer();
    const fields = { ...pictures, task: "paint_by_example", example: gif };
    const problem = await api.problemOf(await api.sendForm(key, fields, sd15));
    expect(problem).toMatchObject({
      code: "image_format_unsupported",
      errors: [{ pointer: "/example" }],
    });
    expect((await env.BUCKET.list({ prefix: `inputs/${id}/` })).objects).toEqual([]);
  });
});

describe("text_to_image", () => {
  const task = "text_to_image";

  it.each(["a form", "JSON"])("is asked for by %s without a picture", async (way) => {
    const { id: account, key } = await api.customer();
    const created =
      way === "JSON"
        ? await api.send("POST", "/v1/edits", {
            token: key,
            json: { task, prompt: "a cat", width: 100, height: 64, sampler: "lcm" },
            ...sd15,
          })
        : await api.sendForm(
            key,
            { task, prompt: "a cat", width: "100", height: "64", sampler: "lcm" },
            sd15,
          );
    expect(created.status, await created.clone().text()).toBe(202);
    const edit = await created.json<Edit>();
    expect(edit).toMatchObject({ task, price: { reserved: 3_600 } });
    await api.until(key, edit.id, "starting");
    const record = await accountStub(env.ACCOUNT, account).attempt(edit.id, 1);
    expect(record).toMatchObject({
      inputs: {},
      parameters: { width: 100, height: 64, sampler: "lcm", steps: 8 },
    });
    expect(await api.problemOf(await input(account, edit.id, 0))).toMatchObject({
      code: "output_gone",
    });
  });

  it("is as large as the profile's native size where none is asked for", async () => {
    const { id: account, key } = await api.customer();
    const json = { task, prompt: "a cat" };
    const made = await api.send("POST", "/v1/edits", { token: key, json, ...sd15 });
    const record = await accountStub(env.ACCOUNT, account).attempt((await made.json<Edit>()).id, 1);
    expect(record?.parameters).toMatchObject({ width: 512, height: 512 });
  });

  it.each([
    ["63", "/width"],
    ["1025", "/width"],
    ["wide", "/width"],
  ])("refuses a width of %s", async (width, pointer) => {
    const { key } = await api.customer();
    const fields = { task, prompt: "a cat", width };
    expect(await api.problemOf(await api.sendForm(key, fields, sd15))).toMatchObject({
      code: "request_invalid",
      errors: [{ pointer }],
    });
  });

  it("refuses a picture in a form and in JSON", async () => {
    const { key } = await api.customer();
    const json = { task, prompt: "a cat", image: picture };
    for (const answer of [
      await api.sendForm(key, { ...pictures, task, prompt: "a cat" }, sd15),
      await api.send("POST", "/v1/edits", { token: key, json, ...sd15 }),
    ]) {
      expect(await api.problemOf(answer)).toMatchObject({
        code: "request_invalid",
        errors: [{ pointer: "/image" }],
      });
    }
  });
});

describe("what the profile has", () => {
  it.each(["tiny", "sd15"])("is listed for %s", async (profile) => {
    const answer = await api.send("GET", "/health", { environment: { PROFILE: profile } });
    const { tasks, samplers } = profileOf(profile);
    expect(await answer.json()).toMatchObject({ status: "ok", profile, tasks, samplers });
  });
});

describe("what the profile does not have", () => {
  it.each([
    ["task_not_in_profile", { task: "text_to_image", prompt: "a cat" }, "/task"],
    ["task_not_in_profile", { task: "paint_by_example" }, "/task"],
    ["sampler_not_in_profile", { sampler: "unipc" }, "/sampler"],
  ])("is %s before anything is charged or kept", async (code, fields, pointer) => {
    const { id, key } = await api.customer();
    const json = { ...fields, image: picture, mask: picture };
    for (const answer of [
      await api.createEdit(key, fields),
      await api.send("POST", "/v1/edits", { token: key, json }),
    ]) {
      expect(await api.problemOf(answer)).toMatchObject({ code, errors: [{ pointer }] });
    }
    const account = await (await api.send("GET", "/v1/account", { token: key })).json();
    expect(account).toMatchObject({ balance: { available: 1_000_000, reserved: 0 } });
    expect((await env.BUCKET.list({ prefix: `inputs/${id}/` })).objects).toEqual([]);
  });
});
