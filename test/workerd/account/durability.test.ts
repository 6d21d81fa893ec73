import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { Account, LedgerEntry } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import * as api from "../harness/api.ts";
import { deliverResult, putManifest } from "../harness/container.ts";

async function startedEdit() {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  return { account, key, edit, stub: accountStub(env.ACCOUNT, account) };
}

describe("an account object", () => {
  it("that is evicted goes on from what it has committed", async () => {
    const { account, key, edit, stub } = await startedEdit();
    await evictDurableObject(stub);
    expect(await api.getEdit(key, edit)).toMatchObject({ status: "starting" });
    await deliverResult({ account, edit });
    await evictDurableObject(stub);
    expect(await api.getEdit(key, edit)).toMatchObject({
      status: "succeeded",
      price: { charged: 6000 },
    });
  });

  it("whose attempt falls silent looks for it, and starts another where nobody knows of it", async () => {
    const { key, edit, stub } = await startedEdit();
    await runInDurableObject(stub, async (_object, state) => {
      state.storage.sql.exec("UPDATE edits SET lease_until = 1");
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    for (
      let look = 0;
      look < 1_000 && (await api.getEdit(key, edit)).metrics.attempts < 2;
      look++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await api.getEdit(key, edit)).toMatchObject({
      status: "starting",
      metrics: { attempts: 2 },
    });
  });

  it("finds the result of an attempt whose callback was lost", async () => {
    const { account, key, edit, stub } = await startedEdit();
    await putManifest({ account, edit });
    await runInDurableObject(stub, async (_object, state) => {
      state.storage.sql.exec("UPDATE edits SET lease_until = 1");
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    expect(await api.until(key, edit, "succeeded")).toMatchObject({ price: { charged: 6000 } });
  });

  it("makes one edit of one idempotency key, sent fifty times at once; who was told to wait gets it then", async () => {
    const { key } = await api.customer();
    const send = () => api.createEdit(key, {}, { "idempotency-key": "order-12" });
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    const made = new Set<string>();
    for (const answer of answers) {
      if (answer.status === 202) made.add((await answer.json<Edit>()).id);
      else {
        expect(await api.problemOf(answer)).toMatchObject({ code: "idempotency_in_progress" });
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      }
    }
    for (const again of await Promise.all(Array.from({ length: 50 }, send))) {
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      made.add((await again.json<Edit>()).id);
    }
    expect(made.size).toBe(1);
    const { data } = await (
      await api.send("GET", "/v1/account/ledger", { token: key })
    ).json<{ data: LedgerEntry[] }>();
    expect(data.map(({ kind }) => kind)).toEqual(["reserve", "grant"]);
  });

  it("accepts as many edits as the balance pays for, however many are sent at once", async () => {
    const { key } = await api.customer(6_000 * 3);
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.createEdit(key)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      202, 202, 202, 402, 402, 402, 402, 402,
    ]);
    const account = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
    expect(account.balance).toMatchObject({ available: 0, reserved: 18_000 });
  });

  it("has its next deadline in the directory, for the cron", async () => {
    const { account } = await startedEdit();
    const row = await env.DIRECTORY.prepare("SELECT wake_at FROM accounts WHERE id = ?")
      .bind(account)
      .first<{ wake_at: number }>();
    expect(row?.wake_at).toBeGreaterThan(Date.now());
  });
});
