import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import { Delivery, DeliveryList } from "../../../schemas/delivery.ts";
import type { Edit } from "../../../schemas/edit.ts";
import {
  CreatedWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointList,
  type RotatedSecret,
} from "../../../schemas/webhook-endpoint.ts";
import { WebhookEvent } from "../../../schemas/webhook-event.ts";
import * as api from "../harness/api.ts";
import { deliverResult } from "../harness/container.ts";
import { createEndpoint, hookUrl, receivedAt, verified } from "../harness/hooks.ts";

const base = "/v1/webhook-endpoints";

/** One call of a customer's that has to succeed. */
async function call(key: string, method: string, path: string, json?: unknown): Promise<unknown> {
  const answer = await api.send(method, path, {
    token: key,
    ...(json === undefined ? {} : { json }),
  });
  if (!answer.ok) throw new Error((await api.problemOf(answer)).detail);
  return answer.status === 204 ? null : answer.json();
}

/** A delivery once it has been tried. */
async function tried(key: string, id: string): Promise<Delivery> {
  for (let look = 0; look < 500; look++) {
    const delivery = Delivery.parse(await call(key, "GET", `/v1/deliveries/${id}`));
    if (delivery.tries > 0) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the delivery was not tried");
}

async function refusal(key: string, method: string, path: string, json: unknown) {
  return api.problemOf(await api.send(method, path, { token: key, json }));
}

describe("a webhook endpoint", () => {
  it("is created with its secret, changed, listed and deleted", async () => {
    const { key } = await api.customer();
    const url = hookUrl(200);
    const json = { url, description: "orders" };
    const made = CreatedWebhookEndpoint.parse(await call(key, "POST", base, json));
    const { secret, ...resource } = made;
    expect(resource).toMatchObject({ ...json, events: ["edit.*"], status: "enabled" });
    const one = `${base}/${made.id}`;
    expect(await call(key, "GET", one)).toEqual(resource);
    expect(await call(key, "GET", `${one}/secret`)).toEqual({ key: secret });
    const changed = await call(key, "PATCH", one, { events: ["*"], status: "disabled" });
    expect(WebhookEndpoint.parse(changed)).toMatchObject({
      events: ["*"],
      status: "disabled",
      disabled_reason: "requested",
      description: "orders",
    });
    const listed = WebhookEndpointList.parse(await call(key, "GET", base));
    expect(listed.data).toEqual([changed]);
    await call(key, "DELETE", one);
    expect(await call(key, "GET", base)).toEqual({ object: "list", data: [] });
  });

  it("belongs to its account: another's key finds neither it nor its deliveries", async () => {
    const [owner, other] = [await api.customer(), await api.customer()];
    const { id } = await createEndpoint(owner.key, hookUrl(200), "*");
    const { id: delivery } = Delivery.parse(await call(owner.key, "POST", `${base}/${id}/test`));
    for (const [method, path, code] of [
      ["GET", `${base}/${id}/secret`, "webhook_endpoint_not_found"],
      ["POST", `${base}/${id}/rotate-secret`, "webhook_endpoint_not_found"],
      ["DELETE", `${base}/${id}`, "webhook_endpoint_not_found"],
      ["GET", `/v1/deliveries/${delivery}`, "delivery_not_found"],
      ["POST", `/v1/deliveries/${delivery}/redeliver`, "delivery_not_found"],
    ] as const) {
      const answer = await api.send(method, path, { token: other.key });
      expect(await api.problemOf(answer)).toMatchObject({ code });
    }
  });

  it("gets every change of an edit, each verified with its own secret and once in the log", async () => {
    const { id: account, key } = await api.customer();
    const url = hookUrl(200);
    const own = hookUrl(204);
    const { id, secret } = await createEndpoint(key, url, "edit.*");
    const { id: edit } = await (await api.createEdit(key, { webhook: own })).json<Edit>();
    await api.until(key, edit, "starting");
    await deliverResult({ account, edit });
    const events = (await receivedAt(url, 3)).map((one) => verified(secret, one));
    for (const event of events) expect(WebhookEvent.safeParse(event).success).toBe(true);
    expect(events.map(({ type }) => type).toSorted()).toEqual([
      "edit.queued",
      "edit.starting",
      "edit.succeeded",
    ]);
    expect(new Set(events.map(({ sequence }) => sequence))).toEqual(new Set([1, 2, 3]));
    const [ended] = await receivedAt(own);
    const fallback = (await call(key, "GET", "/v1/webhooks/default/secret")) as { key: string };
    if (ended === undefined) throw new Error("nothing came");
    expect(verified(fallback.key, ended).type).toBe("edit.succeeded");
    expect(() => verified(secret, ended)).toThrow("No matching signature");

    const ofEdit = DeliveryList.parse(await call(key, "GET", `/v1/edits/${edit}/deliveries`));
    const [ownOnes, endpoints] = [null, id].map((to) =>
      ofEdit.data.filter(({ endpoint }) => endpoint === to),
    );
    expect(ownOnes).toHaveLength(1);
    expect(endpoints).toHaveLength(3);
    const page = DeliveryList.parse(await call(key, "GET", `${base}/${id}/deliveries?limit=2`));
    const rest = DeliveryList.parse(
      await call(key, "GET", `${base}/${id}/deliveries?before=${page.next}`),
    );
    const ids = [...page.data, ...rest.data].map((delivery) => delivery.id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(rest.next).toBeNull();
  });

  it("is tested with an event of its own, and shows how its receiver answered", async () => {
    const { key } = await api.customer();
    const url = hookUrl(503);
    const { id, secret } = await createEndpoint(key, url, "edit.failed");
    const sent = Delivery.parse(await call(key, "POST", `${base}/${id}/test`));
    const [came] = await receivedAt(url);
    if (came === undefined) throw new Error("nothing came");
    expect(verified(secret, came)).toMatchObject({ type: "webhook.test", data: { id, url } });
    const shown = await tried(key, sent.id);
    expect(shown).toMatchObject({
      type: "webhook.test",
      status: "pending",
      tries: 1,
      last_status: 503,
      last_error: "the receiver answered 503",
    });
    expect(shown.last_response).toHaveLength(256);
    expect(Date.parse(shown.next_try_at ?? "")).toBeGreaterThan(Date.parse(shown.created_at));
  });

  it("that redirects is not followed", async () => {
    const { key } = await api.customer();
    const { id } = await createEndpoint(key, hookUrl(302), "edit.failed");
    const sent = Delivery.parse(await call(key, "POST", `${base}/${id}/test`));
    expect(await tried(key, sent.id)).toMatchObject({ status: "pending", last_status: 302 });
    expect(await (await fetch("https://hooks.example.org/200/x")).json()).toEqual([]);
  });

  it("that is gone (410) is disabled, and another endpoint hears of it", async () => {
    const { key } = await api.customer();
    const watching = hookUrl(200);
    const { id } = await createEndpoint(key, hookUrl(410), "edit.*");
    const watch = await createEndpoint(key, watching, "endpoint.disabled");
    await call(key, "POST", `${base}/${id}/test`);
    const [came] = await receivedAt(watching);
    if (came === undefined) throw new Error("nothing came");
    expect(verified(watch.secret, came)).toMatchObject({
      type: "endpoint.disabled",
      data: { id, status: "disabled", disabled_reason: "gone" },
    });
  });

  it("has its secret replaced, and both sign for a day", async () => {
    const { key } = await api.customer();
    const url = hookUrl(200);
    const { id, secret } = await createEndpoint(key, url, "*");
    const one = `${base}/${id}`;
    const rotated = (await call(key, "POST", `${one}/rotate-secret`)) as RotatedSecret;
    expect(await call(key, "GET", `${one}/secret`)).toEqual({ key: rotated.key });
    await call(key, "POST", `${one}/test`);
    const [came] = await receivedAt(url);
    if (came === undefined) throw new Error("nothing came");
    for (const valid of [secret, rotated.key]) {
      expect(verified(valid, came)).toMatchObject({ type: "webhook.test" });
    }
  });

  it("gets a delivery again by hand, as the same event", async () => {
    const { key } = await api.customer();
    const url = hookUrl(200);
    const { id } = await createEndpoint(key, url, "*");
    const sent = Delivery.parse(await call(key, "POST", `${base}/${id}/test`));
    await tried(key, sent.id);
    const again = Delivery.parse(await call(key, "POST", `/v1/deliveries/${sent.id}/redeliver`));
    expect(again).toMatchObject({ event: sent.event, redelivery_of: sent.id });
    const [first, second] = await receivedAt(url, 2);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  });
});

describe("the account's own secret", () => {
  it("is replaced, and signs edits' webhooks beside the one before for a day", async () => {
    const { key } = await api.customer();
    const before = (await call(key, "GET", "/v1/webhooks/default/secret")) as { key: string };
    const after = (await call(key, "POST", "/v1/webhooks/default/rotate-secret")) as RotatedSecret;
    expect(await call(key, "GET", "/v1/webhooks/default/secret")).toEqual({ key: after.key });
    const webhook = hookUrl(200);
    const { id } = await (await api.createEdit(key, { webhook })).json<Edit>();
    await call(key, "POST", `/v1/edits/${id}/cancel`);
    const [came] = await receivedAt(webhook);
    if (came === undefined) throw new Error("nothing came");
    for (const secret of [before.key, after.key]) {
      expect(verified(secret, came).type).toBe("edit.canceled");
    }
  });
});

describe("an address", () => {
  it.each([
    ["http://hooks.example.org/", "not https"],
    ["https://hooks.example.org:9000/", "port"],
    ["https://10.0.0.1/", "IP address"],
    ["https://0x7f.1/", "this machine"],
    ["https://printer.local/", "public name"],
    ["https://u:p@hooks.example.org/", "password"],
    ["https://inward.hooks.example.org/", "not public"],
  ])("may not be %s, when it is made or changed", async (url, why) => {
    const { key } = await api.customer();
    const { id } = await createEndpoint(key, hookUrl(200), "*");
    for (const [method, path] of [
      ["POST", base],
      ["PATCH", `${base}/${id}`],
    ] as const) {
      const problem = await refusal(key, method, path, { url });
      expect(problem).toMatchObject({
        code: "webhook_url_not_allowed",
        errors: [{ pointer: "/url" }],
      });
      expect(problem.detail).toContain(why);
    }
  });

  it.each([
    ["broken", "cannot be looked up"],
    ["inward", "not public"],
  ])("whose host is %s gets nothing, and is tried again", async (host, why) => {
    const { id: account, key } = await api.customer();
    const { id } = await createEndpoint(key, "https://broken.hooks.example.org/200/x", "*");
    await runInDurableObject(accountStub(env.ACCOUNT, account), (_object, state) => {
      const url = `https://${host}.hooks.example.org/200/x`;
      state.storage.sql.exec("UPDATE endpoints SET url = ?", url);
    });
    const sent = Delivery.parse(await call(key, "POST", `${base}/${id}/test`));
    const shown = await tried(key, sent.id);
    expect(shown).toMatchObject({ status: "pending", last_status: null });
    expect(shown.last_error).toContain(why);
    expect(await (await fetch(`https://${host}.hooks.example.org/200/x`)).json()).toEqual([]);
  });
});

describe("what an endpoint may be asked to be", () => {
  it.each<[sentence: string, json: z.input<typeof WebhookEndpoint> | object, pointer: string]>([
    [
      "of an unknown event",
      { url: "https://hooks.example.org/", events: ["edit.eaten"] },
      "/events/0",
    ],
    ["of no event", { url: "https://hooks.example.org/", events: [] }, "/events"],
    ["without an address", {}, "/url"],
    ["with an unknown field", { url: "https://hooks.example.org/", secret: "mine" }, "/secret"],
  ])("is refused %s", async (_sentence, json, pointer) => {
    const { key } = await api.customer();
    expect(await refusal(key, "POST", base, json)).toMatchObject({
      code: "request_invalid",
      errors: [expect.objectContaining({ pointer })],
    });
  });
});

describe("a delivery whose message was lost", () => {
  it("is sent when the account is woken", async () => {
    const { id: account, key } = await api.customer();
    const url = hookUrl(200);
    const { id } = await createEndpoint(key, url, "*");
    const stub = accountStub(env.ACCOUNT, account);
    const sent = Delivery.parse(await call(key, "POST", `${base}/${id}/test`));
    await tried(key, sent.id);
    await runInDurableObject(stub, async (_object, state) => {
      state.storage.sql.exec(
        "UPDATE deliveries SET status = 'pending', completed_at = NULL, due_at = 1, next_at = 1",
      );
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    expect(await receivedAt(url, 2)).toHaveLength(2);
  });
});
