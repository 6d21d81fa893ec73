import { exports } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import {
  AuthenticationError,
  Inlay,
  NotFoundError,
  verifyWebhook,
  WebhookVerificationError,
} from "../../../infra/client/index.ts";
import type { EditNews } from "../../../infra/client/index.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverResult } from "../harness/container.ts";

/** The client as any runtime has it, speaking to the Worker. */
function clientOf(apiKey: string): Inlay {
  return new Inlay({
    apiKey,
    baseUrl: api.origin,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      if (request.body === null) return exports.default.fetch(request);
      // Over a network the length of a body is told; inside workerd it is not.
      const body = await request.arrayBuffer();
      const headers = new Headers(request.headers);
      headers.set("content-length", String(body.byteLength));
      return exports.default.fetch(new Request(url, { method: request.method, headers, body }));
    },
  });
}

const picture = new File([png(640, 480)], "photo.png", { type: "image/png" });

describe("the client, with the Worker", () => {
  it("creates an edit of files, follows it to its end, and lists it", async () => {
    const { id: account, key } = await api.customer();
    const client = clientOf(key);
    const { id } = await client.edits.create({ image: picture, mask: picture, steps: 5 });
    const news: EditNews[] = [];
    const waiting = client.edits.wait(id, { onNews: (one) => news.push(one) });
    await api.until(key, id, "starting");
    await deliverResult({ account, edit: id });
    const edit = await waiting;
    expect(edit).toMatchObject({ id, status: "succeeded" });
    expect(news.at(-1)).toMatchObject({ type: "edit.succeeded", data: { id } });
    expect((await client.edits.list({ limit: 5 })).data.map((one) => one.id)).toEqual([id]);
    expect((await client.edits.get(id)).status).toBe("succeeded");
    await client.edits.delete(id);
    await expect(client.edits.get(id)).rejects.toThrow(NotFoundError);
  });

  it("sends pictures ahead and uses them by their ids", async () => {
    const client = clientOf((await api.customer()).key);
    const [image, mask] = [
      await client.uploads.create(picture),
      await client.uploads.create(picture),
    ];
    expect(image).toMatchObject({ status: "complete", width: 640 });
    const metadata = { order: "12" };
    const edit = await client.edits.create({ image: image.id, mask: mask.id, metadata });
    expect(edit).toMatchObject({ status: "queued", metadata });
    expect((await client.edits.cancel(edit.id)).status).toBe("canceled");
  });

  it("waits for an edit that fails, and gives it with its error", async () => {
    const { id: account, key } = await api.customer();
    const client = clientOf(key);
    const { id } = await client.edits.create({ image: picture, mask: picture });
    await api.until(key, id, "starting");
    await deliverFailure({ account, edit: id }, "mask_empty");
    expect(await client.edits.wait(id)).toMatchObject({
      status: "failed",
      error: { code: "mask_empty" },
    });
  });

  it("tells a refusal by its kind, code and request id", async () => {
    const error = await clientOf("inlay_live_x")
      .account.get()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: "key_invalid" });
    expect((error as AuthenticationError).requestId).toMatch(/^[\w-]{8,}$/);
  });
});

describe("webhooks.verify", () => {
  const secret = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
  const other = `whsec_${btoa("fedcba9876543210fedcba9876543210")}`;
  const body = JSON.stringify({ type: "edit.succeeded", sequence: 4, data: {} });
  const at = new Date(1_800_000_000_000);
  const headers = (by: string) => ({
    "webhook-id": "evt_1",
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": new Webhook(by).sign("evt_1", at, body),
  });

  it("takes what the official library signs, with any of several secrets", async () => {
    const now = at.getTime() + 299_000;
    expect(await verifyWebhook(body, headers(secret), secret, now)).toMatchObject({ sequence: 4 });
    const both = new Headers(headers(secret));
    expect(await verifyWebhook(body, both, [other, secret], now)).toMatchObject({ sequence: 4 });
  });

  it.each([
    ["another's signature", body, headers(other), 0],
    ["a changed body", body.replace("4", "5"), headers(secret), 0],
    ["an old one", body, headers(secret), 301_000],
    ["one from the future", body, headers(secret), -301_000],
    ["one without a signature", body, { "webhook-id": "evt_1" }, 0],
    ["one whose time is no number", body, { ...headers(secret), "webhook-timestamp": "now" }, 0],
  ])("refuses %s", async (_what, sent, with_, late) => {
    const verified = verifyWebhook(sent, with_, secret, at.getTime() + late);
    await expect(verified).rejects.toThrow(WebhookVerificationError);
  });
});
