import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { EditParameters } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverResult } from "../harness/container.ts";
import { hookUrl, receivedAt } from "../harness/hooks.ts";
import { parametersOf } from "./parameters.ts";

const picture = "https://pictures.example.org/640x480.png";
const input = { image_url: picture, mask_url: picture, prompt: "a door" };
const app = "/fal/queue/inlay/inpaint";

interface Status {
  readonly status: string;
  readonly request_id: string;
  readonly response_url: string;
  readonly status_url: string;
  readonly cancel_url: string;
}

async function submit(token: string, json: object = input, query = ""): Promise<Status> {
  const answer = await api.send("POST", `${app}${query}`, {
    json,
    headers: { authorization: `Key ${token}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-fal-request-id")).toMatch(/^edit_/);
  return answer.json<Status>();
}

describe("a request of fal's queue", () => {
  it("is followed by the addresses that it comes with, to its result", async () => {
    const { id: account, key: token } = await api.customer();
    const placed = await submit(token);
    expect(placed).toMatchObject({ status: "IN_QUEUE" });
    const get = (url: string) => api.send("GET", url, { token });
    expect((await get(placed.response_url)).status).toBe(400);
    await api.until(token, placed.request_id, "starting");
    expect(await (await get(`${placed.status_url}?logs=1`)).json()).toMatchObject({
      status: "IN_PROGRESS",
      logs: [],
    });
    await deliverResult({ account, edit: placed.request_id });
    expect(await (await get(placed.status_url)).json()).toMatchObject({ status: "COMPLETED" });
    expect(await (await get(placed.response_url)).json()).toMatchObject({
      images: [{ width: 640, height: 480, content_type: "image/png" }],
    });
    const late = await api.send("PUT", placed.cancel_url, { token });
    expect([late.status, await late.json()]).toEqual([400, { status: "ALREADY_COMPLETED" }]);
  });

  it("asks for what it says, and nothing else", async () => {
    const { id: account, key: token } = await api.customer();
    const outpaint = { image_url: picture, left: 64, up: 8, output_format: "webp", quality: 80 };
    const answer = await api.send("POST", "/fal/queue/inlay/outpaint", {
      token,
      json: { ...outpaint, seed: 7, feather: 4 },
    });
    const { request_id } = await answer.json<Status>();
    const usual = EditParameters.parse({ task: "outpaint", seed: 7, sampler: "ddim" });
    expect(await parametersOf(account, request_id)).toEqual({
      ...usual,
      ...{ left: 64, up: 8, output_format: "webp", quality: 80, feather: 4 },
      surface: { name: "fal", app: "inlay/outpaint", webhook: null },
    });
    const lossless = { image_url: picture, left: 64, quality: 80 };
    const refused = await api.send("POST", "/fal/queue/inlay/outpaint", { token, json: lossless });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ detail: [{ loc: ["body", "quality"] }] });
  });

  it("streams its status until it is completed", async () => {
    const { id: account, key: token } = await api.customer();
    const { request_id: edit, status_url } = await submit(token);
    const stream = await api.send("GET", `${status_url}/stream?logs=1`, { token });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    await api.until(token, edit, "starting");
    const text = stream.text();
    await api.callback(account, edit, { status: "processing", logs: " 50%|##| 10/20" });
    await deliverFailure({ account, edit }, "mask_empty");
    const events = (await text).split("\n\n").filter((event) => event.startsWith("data: "));
    const states = events.map((event) => JSON.parse(event.slice(6)) as Status);
    expect(states.at(-1)).toMatchObject({ status: "COMPLETED", request_id: edit });
    expect(states.filter(({ status }) => status === "COMPLETED")).toHaveLength(1);
  });

  it("that fails has the error as its result, and as its webhook", async () => {
    const { id: account, key: token } = await api.customer();
    const webhook = hookUrl(200);
    const query = `?fal_webhook=${encodeURIComponent(webhook)}`;
    const { request_id: edit, response_url } = await submit(token, input, query);
    await api.until(token, edit, "starting");
    await deliverFailure({ account, edit }, "image_damaged");
    const failed = await api.send("GET", response_url, { token });
    expect([failed.status, await failed.json()]).toMatchObject([
      422,
      { detail: [{ type: "image_damaged", loc: ["body"] }] },
    ]);

    const [received] = await receivedAt(webhook);
    const { headers = {}, body = "" } = received ?? {};
    expect(JSON.parse(body)).toMatchObject({ request_id: edit, status: "ERROR" });
    const set = await api.send("GET", "/fal/.well-known/jwks.json");
    const { keys } = await set.json<{ keys: { x: string }[] }>();
    const of = (name: string) => headers[`x-fal-webhook-${name}`] ?? "";
    expect(of("user-id")).toBe(account);
    const hash = createHash("sha256").update(body).digest("hex");
    const message = [of("request-id"), of("user-id"), of("timestamp"), hash].join("\n");
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: keys[0]?.x ?? "" },
      format: "jwk",
    });
    const signature = Buffer.from(of("signature"), "hex");
    expect(verify(null, Buffer.from(message), key, signature)).toBe(true);
  });

  it.each([
    [{ ...input, num_images: 9 }, {}, 422, "num_images"],
    [{ ...input, sync_mode: true }, {}, 422, "sync_mode"],
    [{ ...input, mask_url: null }, {}, 422, "mask_url"],
    [input, { "x-fal-request-timeout": "30" }, 422, "x-fal-request-timeout"],
  ])("with %j and headers %j is refused: %d of %s", async (json, headers, status, field) => {
    const { key: token } = await api.customer();
    const answer = await api.send("POST", app, { token, json, headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ detail: [{ loc: ["body", field] }] });
  });

  it("is reached through the client's proxy protocol, with its uploads, and nothing else is", async () => {
    const { key: token } = await api.customer();
    const through = (method: string, target: string, json?: unknown) =>
      api.send(method, "/fal/proxy", {
        token,
        ...(json === undefined ? {} : { json }),
        headers: { "x-fal-target-url": target },
      });
    const announced = await through(
      "POST",
      "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3",
      { content_type: "image/png", file_name: "a.png" },
    );
    const { upload_url, file_url } = await announced.json<{
      upload_url: string;
      file_url: string;
    }>();
    expect((await api.put(upload_url, png(640, 480))).status).toBe(200);
    const sent = { image_url: file_url, mask_url: file_url };
    const placed = await through("POST", "https://queue.fal.run/inlay/inpaint", sent);
    const { request_id } = await placed.json<Status>();
    const at = `https://queue.fal.run/inlay/inpaint/requests/${request_id}`;
    expect((await through("GET", `${at}/status`)).status).toBe(200);
    expect((await through("PUT", `${at}/cancel`)).status).toBe(202);
    for (const [method, target] of [
      ["GET", "https://example.com/"],
      ["POST", "https://rest.fal.ai/storage/upload/initiate-multipart"],
      ["PUT", at],
    ] as const) {
      const answer = await through(method, target, method === "GET" ? undefined : {});
      expect(await api.codeOf(answer)).toBe("route_unknown");
    }
  });
});
