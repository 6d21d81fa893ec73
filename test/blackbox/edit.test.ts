import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, call } from "../../infra/local/customer.ts";
import type { DeliveryList } from "../../schemas/delivery.ts";
import type { CreatedWebhookEndpoint } from "../../schemas/webhook-endpoint.ts";
import { compare } from "./harness/compare.ts";
import { greyPng } from "./harness/grey-png.ts";
import { bodyOf, startReceiver, type Receiver } from "./harness/receiver.ts";
import { credits, photograph, startSystem, type TestSystem } from "./harness/system.ts";

let system: TestSystem;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem();
  receiver.secret = await system.webhookSecret();
});

afterAll(async () => {
  await system?.stack.close();
  await receiver?.close();
});

describe("a photograph, through the Worker in workerd and the real Cog server", () => {
  it("comes back at its own size with every kept pixel as it was, the masked ones new, the webhook signed, and charged once", async () => {
    const created = await system.edit({ webhook: receiver.url, seed: "7", steps: "10" });
    expect(created).toMatchObject({ status: "queued", price: { charged: 0 } });
    const succeeded = await receiver.until("edit.succeeded");
    const finished = await system.ended(created.id);
    expect(finished).toMatchObject({ status: "succeeded", progress: 1 });

    const result = compare(photograph.image, photograph.mask, await system.download(finished));
    expect(result.result_size).toEqual(result.input_size);
    expect(result.kept_changed).toBe(0);
    expect(finished.outputs[0]?.kept_pixels).toBeGreaterThanOrEqual(result.kept);
    expect(result.masked_changed_share).toBeGreaterThan(0.9);

    expect(succeeded.data).toMatchObject({ id: created.id, status: "succeeded" });
    expect(receiver.forged).toEqual([]);
    const sequence = receiver.events.map(({ event }) => event.sequence).toSorted((a, b) => a - b);
    expect(new Set(sequence).size).toBe(sequence.length);

    const price = created.price.reserved;
    expect(finished.price).toMatchObject({ reserved: price, charged: price });
    expect(await system.balance()).toMatchObject({ available: credits - price, reserved: 0 });
    expect(await system.ledger()).toEqual(["grant", "reserve", "capture"]);
  });

  it("tells the progress of its own steps while it runs, and none of the one that waits behind it", async () => {
    const running = await system.edit({ steps: "50" });
    const waiting = await system.edit({ steps: "1" });
    const seen = new Set<number>();
    for (let edit = running; edit.completed_at === null; edit = await system.get(running.id)) {
      const behind = await system.get(waiting.id);
      if (behind.status === "queued") expect(behind.progress).toBe(0);
      seen.add(edit.progress);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const between = [...seen].filter((progress) => progress > 0 && progress < 1);
    expect(between.length).toBeGreaterThan(0);
    expect(between).toEqual(between.toSorted((a, b) => a - b));
    await system.ended(waiting.id);
  });

  it("whose mask marks nothing fails with that problem, uncharged, and nothing of it stays in the bucket", async () => {
    const before = await system.balance();
    const created = await system.edit({}, { mask: new Blob([greyPng(800, 450, 0)]) });
    const finished = await system.ended(created.id);
    expect(finished).toMatchObject({
      status: "failed",
      error: { code: "mask_empty" },
      price: { charged: 0 },
    });
    expect(await system.balance()).toEqual(before);
    await system.emptied(created.id);
  });

  it("that breaks off in its pixels fails with that problem, uncharged", async () => {
    const before = await system.balance();
    const half = readFileSync(photograph.image).subarray(0, 60_000);
    const created = await system.edit({}, { image: new Blob([half]) });
    const finished = await system.ended(created.id);
    expect(finished).toMatchObject({
      status: "failed",
      error: { code: "image_damaged" },
      price: { charged: 0 },
    });
    expect(await system.balance()).toEqual(before);
    await system.emptied(created.id);
  });

  it("is refused at 100 MB by its declared length alone, before a byte of it is sent", async () => {
    const headers = {
      authorization: `Bearer ${system.key}`,
      "content-type": "multipart/form-data; boundary=b",
      "content-length": "100000000",
    };
    const asked = request(`${system.stack.url}/v1/edits`, { method: "POST", headers });
    asked.flushHeaders();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const problem: unknown = JSON.parse(await bodyOf(answer));
    asked.destroy();
    expect(problem).toMatchObject({ status: 413, code: "body_too_large" });
  });
});

describe("the log", () => {
  it("has a line for each request and each change of an edit, with its ids, and never a secret or a signed URL", async () => {
    const id = receiver.events[0]?.event.data.id;
    const log = system.log();
    for (const event of ["edit.queued", "edit.starting", "edit.processing", "edit.succeeded"]) {
      const ids = `"event":"${event}","account":"${system.account}","edit":"${id}"`;
      expect(log).toContain(ids);
    }
    expect(log).toMatch(
      /"event":"request","request":"[\w-]+","method":"POST","path":"\/v1\/edits","status":202/,
    );
    const secrets = [system.key, receiver.secret, system.stack.adminSecret, "sig=", "Bearer"];
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});

describe("a webhook", () => {
  it("that is not taken is sent again on the schedule, as the same event", async () => {
    receiver.status = 500;
    const { id } = await system.edit({ webhook: receiver.url });
    await call(system.stack.url, system.key, "POST", `/v1/edits/${id}/cancel`);
    while (receiver.refused.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    receiver.status = 200;
    await receiver.until("edit.canceled");
    const [taken] = receiver.events.filter(({ event }) => event.data.id === id);
    expect(taken).toMatchObject({ id: receiver.refused[0], event: { type: "edit.canceled" } });
  });
});

describe("a webhook endpoint", () => {
  it("gets every change of an edit, signed with its own secret, and shows that it did", async () => {
    const all = await startReceiver();
    const api = (method: string, path: string, body?: object) =>
      call<never>(system.stack.url, system.key, method, path, body);
    const added = { url: all.url, events: ["edit.*"] };
    const made: CreatedWebhookEndpoint = await api("POST", "/v1/webhook-endpoints", added);
    all.secret = made.secret;
    const { id } = await system.edit({ steps: "1" });
    await all.until("edit.succeeded");
    const log: DeliveryList = await api("GET", `/v1/edits/${id}/deliveries`);
    await api("DELETE", `/v1/webhook-endpoints/${made.id}`);
    await all.close();
    expect(all.forged).toEqual([]);
    expect(new Set(all.events.map(({ event }) => event.type))).toEqual(
      new Set(["edit.queued", "edit.starting", "edit.processing", "edit.succeeded"]),
    );
    expect(new Set(log.data.map(({ event }) => event))).toEqual(
      new Set(all.events.map((came) => came.id)),
    );
  });
});

describe("a Worker", () => {
  it("with a wrong or missing secret does not start, and names it", async () => {
    const wrong = { ADMIN_SECRET: "short", SIGNING_KEYS: "" };
    const started = startSystem({ cog: false, variables: wrong });
    await expect(started).rejects.toThrow(/ADMIN_SECRET.*SIGNING_KEYS|SIGNING_KEYS.*ADMIN_SECRET/);
  });
});

describe("a webhook on loopback", () => {
  it("is refused where no local setting allows it", async () => {
    const strict = await startSystem({ cog: false, variables: { LOCAL_LOOPBACK: "false" } });
    try {
      const refused = await strict.edit({ webhook: receiver.url }).catch((error: unknown) => error);
      expect((refused as ApiError).problem).toMatchObject({ code: "webhook_url_not_allowed" });
      expect(await strict.stack.edge().bucketKeys()).toEqual([`accounts/${strict.account}`]);
    } finally {
      await strict.stack.close();
    }
  });
});
