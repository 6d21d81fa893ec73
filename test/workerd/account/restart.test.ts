import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { Ledger } from "../../../schemas/account.ts";
import type { DeliveryList } from "../../../schemas/delivery.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { EventList } from "../../../schemas/webhook-event.ts";
import * as api from "../harness/api.ts";
import { interceptBindings } from "../harness/bindings.ts";
import { deliverResult, putManifest, type Attempt } from "../harness/container.ts";
import { createEndpoint, hookUrl, receivedAt, verified } from "../harness/hooks.ts";

/** Ways in which an object loses everything but its storage. */
const restarts = {
  "is evicted": (account: string) => evictDurableObject(accountStub(env.ACCOUNT, account)),
  "is aborted, like every other object": () => abortAllDurableObjects(),
};

interface Work extends Attempt {
  readonly key: string;
}

/** The way of an edit, step by step. */
const steps: readonly (readonly [step: string, take: (work: Work) => Promise<unknown>])[] = [
  ["was accepted", async () => undefined],
  ["was started", ({ key, edit }) => api.until(key, edit, "starting")],
  ["is processed", ({ account, edit }) => api.callback(account, edit, { status: "processing" })],
  ["lies in the bucket, unreported", (work) => putManifest(work)],
  ["was reported", (work) => deliverResult(work)],
];

/** The restart happens once, in the middle of the first call of `method` on a binding. */
async function restartDuring<T>(method: string, work: () => Promise<T>): Promise<T> {
  const state = { restarted: false };
  const restore = interceptBindings(async (call, go) => {
    const answer = await go();
    if (`${call.binding}.${call.method}` !== method || state.restarted) return answer;
    state.restarted = true;
    await abortAllDurableObjects();
    return answer;
  });
  try {
    return await work();
  } finally {
    expect(state.restarted).toBe(true);
    restore();
  }
}

describe("an edit", () => {
  it.each(
    Object.entries(restarts).flatMap(([how, restart]) =>
      steps.map(([step], at) => ({ how, restart, step, at })),
    ),
  )(
    "that $step when its account's object $how ends well, is paid for once, and every event arrives",
    async ({ restart, at }) => {
      const { id: account, key } = await api.customer();
      const url = hookUrl(204);
      const { secret } = await createEndpoint(key, url, "edit.*");
      const { id: edit } = await (await api.createEdit(key)).json<Edit>();
      for (const [place, [, take]] of steps.entries()) {
        await take({ account, edit, key });
        if (place === at) await restart(account);
      }
      expect(await api.until(key, edit, "succeeded")).toMatchObject({ price: { charged: 6000 } });
      const read = async <T>(path: string) =>
        (await api.send("GET", path, { token: key })).json<T>();
      const ledger = await read<z.infer<typeof Ledger>>("/v1/account/ledger");
      expect(ledger.data.map(({ kind }) => kind)).toEqual(["capture", "reserve", "grant"]);
      const log = await read<EventList>("/v1/events");
      const types = log.data.map(({ type }) => type);
      expect(types.filter((type) => type === "edit.succeeded")).toHaveLength(1);
      const received = await receivedAt(url, log.data.length);
      const events = received.map((request) => verified(secret, request));
      expect(new Set(events.map(({ sequence }) => sequence))).toEqual(
        new Set(log.data.map(({ sequence }) => sequence)),
      );
    },
  );

  it("is accepted though its account's object is restarted while its pictures arrive", async () => {
    const { key } = await api.customer();
    const created = await restartDuring("BUCKET.put", () => api.createEdit(key));
    expect(created.status).toBe(202);
  });

  it("lets its idempotency key go where the object is restarted as it accepts", async () => {
    const { key } = await api.customer();
    const send = () => api.createEdit(key, {}, { "idempotency-key": "order-1" });
    const first = await restartDuring("ACCOUNT.authorize", send);
    const second = await send();
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(await first.json<Edit>()).toMatchObject({ id: (await second.json<Edit>()).id });
  });

  it("is answered as accepted to who waits for it when its account's object is restarted", async () => {
    const { id: account, key } = await api.customer();
    const waiting = api.createEdit(key, {}, { prefer: "wait=20" });
    const { id: edit } = await api.dispatched(key);
    await abortAllDurableObjects();
    const answered = await waiting;
    expect(answered.status).toBe(202);
    expect(await answered.json<Edit>()).toMatchObject({ id: edit });
    await deliverResult({ account, edit });
    expect(await api.getEdit(key, edit)).toMatchObject({ status: "succeeded" });
  });

  it("has its deadlines in an alarm that outlives the object", async () => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, edit, "starting");
    await abortAllDurableObjects();
    expect(await runDurableObjectAlarm(accountStub(env.ACCOUNT, account))).toBe(true);
  });
});

describe("a webhook", () => {
  it("that was answered while its account's object was restarted is not sent again", async () => {
    const { key } = await api.customer();
    const url = hookUrl(200);
    await createEndpoint(key, url, "edit.queued");
    const { id } = await restartDuring("ACCOUNT.beginDelivery", async () => {
      const edit = await (await api.createEdit(key)).json<Edit>();
      await receivedAt(url);
      return edit;
    });
    const path = `/v1/edits/${id}/deliveries`;
    const look = async () => (await api.send("GET", path, { token: key })).json<DeliveryList>();
    let page = await look();
    for (let looks = 0; looks < 500 && page.data[0]?.status !== "delivered"; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      page = await look();
    }
    expect(page.data).toMatchObject([{ status: "delivered", tries: 1 }]);
    expect(await receivedAt(url)).toHaveLength(1);
  });
});
