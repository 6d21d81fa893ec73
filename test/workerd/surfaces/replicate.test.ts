import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { validateWebhook } from "replicate";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { Prediction } from "../../../functions/surfaces/replicate/prediction.ts";
import { EditParameters, type Edit } from "../../../schemas/edit.ts";
import { ascii, png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverResult } from "../harness/container.ts";
import { hookUrl, receivedAt } from "../harness/hooks.ts";
import { parametersOf } from "./parameters.ts";

const picture = "https://pictures.example.org/640x480.png";
const input = { image: picture, mask: picture, prompt: "a door", seed: 7 };

async function predict(
  token: string,
  body: object = {},
  headers: Record<string, string> = {},
  path = "/v1/models/inlay/inpaint/predictions",
): Promise<Response> {
  return api.send("POST", path, { token, json: { input, ...body }, headers });
}

async function prediction(answer: Response): Promise<Prediction> {
  expect([200, 201]).toContain(answer.status);
  return answer.json<Prediction>();
}

interface Named {
  readonly id: string;
}

/** Sends a file to `/v1/files`. */
async function upload(token: string, content: Uint8Array<ArrayBuffer>, metadata = "{}") {
  const { body, headers } = await api.formBody({ content, metadata });
  return api.send("POST", "/v1/files", { token, body, headers });
}

/** Lets every deadline of an account pass. */
async function passDeadline(account: string): Promise<void> {
  const stub = accountStub(env.ACCOUNT, account);
  await runInDurableObject(stub, async (_account, state) => {
    state.storage.sql.exec("UPDATE edits SET deadline = 1");
    await state.storage.setAlarm(Date.now());
  });
  await runDurableObjectAlarm(stub);
}

describe("a prediction", () => {
  it("is an edit: of the same account, at the same price, seen from either side", async () => {
    const { key } = await api.customer();
    const answer = await predict(key, {}, { authorization: `Token ${key}` });
    const created = await prediction(answer);
    expect(created).toMatchObject({ model: "inlay/inpaint", status: "starting", input });
    expect(answer.headers.get("ratelimit")).toContain("creates");
    expect(await api.getEdit(key, created.id)).toMatchObject({
      task: "inpaint",
      price: { reserved: 6_000 },
    });

    const own = await (await api.createEdit(key)).json<Edit>();
    const look = await api.send("GET", `/v1/predictions/${own.id}`, { token: key });
    expect(await prediction(look)).toMatchObject({ id: own.id, model: "inlay/inpaint" });
  });

  it.each([
    [{ output_quality: 80 }, {}],
    [
      { output_quality: 80, output_format: "jpg" },
      { output_format: "jpeg", quality: 80 },
    ],
    [
      { output_quality: 0, output_format: "webp" },
      { output_format: "webp", quality: 1 },
    ],
    [{ output_format: "same" }, { output_format: "same" }],
    [
      { mask_mode: "alpha", mask_resize: true, grow: 4, feather: 8 },
      { mask_mode: "alpha", mask_resize: true, grow: 4, feather: 8 },
    ],
    [
      { prompt_strength: 0.5, masked_content: "fill" },
      { strength: 0.5, masked_content: "fill" },
    ],
  ])("with %j asks for %j, and nothing else", async (sent, asked) => {
    const { id: account, key } = await api.customer();
    const { id } = await prediction(await predict(key, { input: { ...input, ...sent } }));
    const { surface, ...parameters } = (await parametersOf(account, id)) as { surface?: object };
    expect(surface).toMatchObject({ name: "replicate", model: "inlay/inpaint" });
    const usual = EditParameters.parse({ prompt: "a door", seed: 7, sampler: "ddim" });
    expect(parameters).toEqual({ ...usual, ...asked });
  });

  it("is waited for, and is told as starting while it is not done", async () => {
    const { id: account, key } = await api.customer();
    const early = await prediction(await predict(key, {}, { prefer: "wait=1" }));
    expect(early).toMatchObject({ status: "starting", output: null });
    await api.callback(account, early.id, { status: "processing", logs: "" });
    expect(
      await prediction(await api.send("GET", `/v1/predictions/${early.id}`, { token: key })),
    ).toMatchObject({ status: "processing" });

    const waiting = predict(key, {}, { prefer: "wait" });
    await api.until(key, early.id, "processing");
    const { id: edit } = await api.dispatched(key);
    await deliverResult({ account, edit });
    const done = await prediction(await waiting);
    expect(done).toMatchObject({ status: "succeeded", error: null });
    expect(done.output).toHaveLength(1);
  });

  it("that fails under a wait is a prediction too, with the code in its error", async () => {
    const { id: account, key } = await api.customer();
    const waiting = predict(key, {}, { prefer: "wait" });
    const { id: edit } = await api.dispatched(key);
    await deliverFailure({ account, edit }, "mask_empty");
    const failed = await prediction(await waiting);
    expect(failed).toMatchObject({ status: "failed", output: null });
    expect(failed.error).toMatch(/^mask_empty: /);
  });

  it("that runs out of time is canceled, and aborted for those alone who named the time", async () => {
    const { id: account, key } = await api.customer();
    const usual = await prediction(await predict(key));
    const named = await prediction(await predict(key, {}, { "cancel-after": "1m" }));
    expect(Date.parse(named.deadline ?? "") - Date.parse(named.created_at)).toBe(60_000);
    await passDeadline(account);
    const statusOf = async (id: string) =>
      (await prediction(await api.send("GET", `/v1/predictions/${id}`, { token: key }))).status;
    expect(await statusOf(usual.id)).toBe("canceled");
    expect(await statusOf(named.id)).toBe("aborted");
    expect((await api.getEdit(key, named.id)).status).toBe("expired");
  });

  it("tells its end to the webhook that it names, verified by Replicate's own verifier", async () => {
    const { key: token } = await api.customer();
    const secret = await api.send("GET", "/v1/webhooks/default/secret", { token });
    const webhook = hookUrl(200);
    const { id } = await prediction(await predict(token, { webhook }));
    await api.send("POST", `/v1/predictions/${id}/cancel`, { token });
    const [received] = await receivedAt(webhook);
    const { headers = {}, body = "" } = received ?? {};
    expect(JSON.parse(body)).toMatchObject({ id, status: "canceled" });
    const valid = await validateWebhook({
      id: headers["webhook-id"] ?? "",
      timestamp: headers["webhook-timestamp"] ?? "",
      signature: headers["webhook-signature"] ?? "",
      body,
      secret: (await secret.json<{ key: string }>()).key,
    });
    expect(valid).toBe(true);
  });

  it("is the same under the same Idempotency-Key", async () => {
    const { key } = await api.customer();
    const again = { "idempotency-key": "order-12" };
    const first = await prediction(await predict(key, {}, again));
    const second = await predict(key, {}, again);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect((await prediction(second)).id).toBe(first.id);
  });

  it.each([
    [{ input: { ...input, num_outputs: 5 } }, {}, "request_invalid", "/input/num_outputs"],
    [{ input: { ...input, mask: undefined } }, {}, "mask_missing", "/input/mask"],
    [{ input: { ...input, image: "data:," } }, {}, "image_data_invalid", "/input/image"],
    [{ input: { ...input, width: 512 } }, {}, "request_invalid", "/input/width"],
    [{ input: { ...input, scheduler: "LCM" } }, {}, "sampler_not_in_profile", "/input/scheduler"],
    [{ input: { ...input, grow: 257 } }, {}, "request_invalid", "/input/grow"],
    [{ input: { ...input, left: 64 } }, {}, "request_invalid", "/input/left"],
    [{ input: { ...input, output_quality: 101 } }, {}, "request_invalid", "/input/output_quality"],
    [{ input: { ...input, output_format: "gif" } }, {}, "request_invalid", "/input/output_format"],
    [
      { input: { ...input, disable_safety_checker: true } },
      {},
      "parameter_unsupported",
      "/input/disable_safety_checker",
    ],
    [{ webhook: "https://10.0.0.1/" }, {}, "webhook_url_not_allowed", "/webhook"],
    [{ webhook_events_filter: ["never"] }, {}, "request_invalid", "/webhook_events_filter/0"],
    [{ colour: "red" }, {}, "request_invalid", "/colour"],
    [{}, { "cancel-after": "2h" }, "request_invalid", "/cancel-after"],
  ])("with %j and headers %j is refused: %s at %s", async (body, headers, code, pointer) => {
    const { key } = await api.customer();
    const answer = await predict(key, body, headers);
    const problem = await api.problemOf(answer);
    expect(problem).toMatchObject({
      code,
      errors: [{ pointer }],
      invalid_fields: [{ field: pointer.slice(1).replaceAll("/", ".") }],
    });
    const list = await api.send("GET", "/v1/predictions", { token: key });
    expect(await list.json()).toMatchObject({ results: [] });
  });
});

describe("predictions", () => {
  it("are listed in pages that lead from one to the next, and within times", async () => {
    const { id: account, key: token } = await api.customer();
    const { id } = await (await api.createEdit(token)).json<Edit>();
    await runInDurableObject(accountStub(env.ACCOUNT, account), (_account, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1149)
         INSERT INTO edits (id, status, origin, parameters, inputs, profile, unit_price, reserved,
           deadline, created_at, completed_at)
         SELECT id || i, 'canceled', origin, parameters, inputs, profile, unit_price, reserved,
           deadline, created_at, created_at FROM edits, n WHERE edits.id = ?`,
        id,
      );
    });
    interface Page {
      readonly next: string | null;
      readonly results: readonly Prediction[];
    }
    const pages: Page[] = [];
    for (let at: string | null = "/v1/predictions"; at !== null;) {
      const page: Page = await (await api.send("GET", at, { token })).json<Page>();
      pages.push(page);
      at = page.next;
    }
    expect(pages.map(({ results }) => results.length)).toEqual([100, 51]);
    const ids = pages.flatMap(({ results }) => results.map((one) => one.id));
    expect(new Set(ids).size).toBe(151);
    expect(ids).toEqual(ids.toSorted().toReversed());

    const countOf = async (query: string) => {
      const page = await api.send("GET", `/v1/predictions?${query}`, { token });
      return (await page.json<Page>()).results.length;
    };
    expect(await countOf("created_before=2026-01-01T00:00:00Z")).toBe(0);
    expect(await countOf("created_after=2100-01-01T00:00:00Z")).toBe(0);
    expect(await countOf("created_after=2026-01-01T00:00:00%2B01:00")).toBe(100);
    const wrong = await api.send("GET", "/v1/predictions?created_after=today", { token });
    expect(await api.codeOf(wrong)).toBe("request_invalid");
  });
});

describe("files", () => {
  it("are kept with their name and labels, and are pictures of predictions by their URL", async () => {
    const { key: token } = await api.customer();
    const made = await upload(token, png(640, 480), '{"album":"lawn"}');
    expect(made.status).toBe(201);
    const file = await made.json<{ id: string; urls: { get: string } }>();
    expect(file).toMatchObject({
      name: "content.png",
      content_type: "image/png",
      metadata: { album: "lawn" },
      checksums: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    const again = await api.send("GET", `/v1/files/${file.id}`, { token });
    expect(await again.json()).toEqual(file);
    const pictures = { image: file.urls.get, mask: file.urls.get };
    const created = await prediction(await predict(token, { input: pictures }));
    expect(created.input).toEqual(pictures);
  });

  it("leave nothing behind where they are refused", async () => {
    const { id: account, key: token } = await api.customer();
    for (const [content, metadata, code] of [
      [ascii("a text"), "{}", "image_unreadable"],
      [png(640, 480), "[]", "request_invalid"],
      [png(8, 8), "{}", "image_too_small"],
    ] as const) {
      expect(await api.codeOf(await upload(token, content, metadata))).toBe(code);
    }
    const left = await env.BUCKET.list({ prefix: `uploads/${account}/` });
    expect(left.objects).toEqual([]);
    const list = await api.send("GET", "/v1/files", { token });
    expect(await list.json()).toEqual({ previous: null, next: null, results: [] });
  });

  it("are listed in pages, newest first, those that came as uploads among them", async () => {
    const { id: account, key: token } = await api.customer();
    const { id } = await (await upload(token, png(640, 480), '{"album":"lawn"}')).json<Named>();
    await runInDurableObject(accountStub(env.ACCOUNT, account), (_account, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1149)
         INSERT INTO uploads (id, created_at, expires_at, bytes, sha256, format, width, height)
         SELECT id || i, created_at, expires_at, bytes, sha256, format, width, height FROM uploads, n
         WHERE uploads.id = ?`,
        id,
      );
    });
    await api.send("POST", "/v1/uploads", { token });
    interface Page {
      readonly next: string | null;
      readonly results: readonly Named[];
    }
    const pages: Page[] = [];
    for (let at: string | null = "/v1/files"; at !== null;) {
      const page: Page = await (await api.send("GET", at, { token })).json<Page>();
      pages.push(page);
      at = page.next;
    }
    expect(pages.map(({ results }) => results.length)).toEqual([100, 51]);
    const ids = pages.flatMap(({ results }) => results.map((file) => file.id));
    expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
    expect(pages[1]?.results.at(-1)).toMatchObject({ id, metadata: { album: "lawn" } });
    expect(pages[0]?.results[0]).toMatchObject({ name: "", metadata: {}, etag: "" });
    const wrong = await api.send("GET", "/v1/files?cursor=first", { token });
    expect(await api.codeOf(wrong)).toBe("request_invalid");
  });

  it("are gone once they are deleted, by their account alone", async () => {
    const { id: account, key: token } = await api.customer();
    const { id } = await (await upload(token, png(640, 480))).json<Named>();
    const other = await api.customer();
    const stranger = await api.send("DELETE", `/v1/files/${id}`, { token: other.key });
    expect(await api.codeOf(stranger)).toBe("upload_not_found");
    expect((await api.send("DELETE", `/v1/files/${id}`, { token })).status).toBe(204);
    expect((await env.BUCKET.list({ prefix: `uploads/${account}/` })).objects).toEqual([]);
    for (const method of ["GET", "DELETE"]) {
      const again = await api.send(method, `/v1/files/${id}`, { token });
      expect(await api.codeOf(again)).toBe("upload_not_found");
    }
  });

  it("that are announced only, or another account's, are not there", async () => {
    const { key: token } = await api.customer();
    const announced = await api.send("POST", "/v1/uploads", { token });
    const { id } = await announced.json<{ id: string }>();
    const other = await api.customer();
    for (const reader of [token, other.key]) {
      const answer = await api.send("GET", `/v1/files/${id}`, { token: reader });
      expect(await api.codeOf(answer)).toBe("upload_not_found");
    }
  });
});
