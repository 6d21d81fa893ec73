import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { z } from "@hono/zod-openapi";
import { performNow } from "../../../functions/dispatch/perform.ts";
import { recordUsage } from "../../../functions/directory/usage.ts";
import { accountStub, servicesOf } from "../../../functions/services.ts";
import type { AccountListing, Rebuilt, UsageList } from "../../../schemas/directory.ts";
import type { Edit } from "../../../schemas/edit.ts";
import * as api from "../harness/api.ts";
import { deliverResult } from "../harness/container.ts";

const admin = (method: string, path: string, json?: unknown) =>
  api.send(method, `/v1/admin/${path}`, { token: api.adminSecret, json });

const usageOf = async (query: string) =>
  (await admin("GET", `usage?${query}`)).json<z.infer<typeof UsageList>>();

/** A customer with one edit that succeeded and one that was cancelled, both counted. */
async function busyCustomer(): Promise<api.Customer & { readonly edit: string }> {
  const customer = await api.customer();
  const { id: account, key } = customer;
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  await deliverResult({ account, edit });
  const { id } = await (await api.createEdit(key)).json<Edit>();
  await api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
  await performNow(servicesOf(env), [{ v: 1, type: "report", account }]);
  return { ...customer, edit };
}

async function eventually<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (let again = 0; again < 500; again++) {
    const found = await look();
    if (wanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come about");
}

describe("the usage", () => {
  it("is told by account and day, with outcomes, money and latencies", async () => {
    const { id: account } = await busyCustomer();
    const { data, total, next } = await usageOf(`account=${account}`);
    expect(data).toMatchObject([
      {
        account,
        day: new Date().toISOString().slice(0, 10),
        edits: { succeeded: 1, canceled: 1, failed: 0, expired: 0 },
        outputs: 1,
        charged: 6_000,
        latency_ms: { p50: expect.any(Number), p99: expect.any(Number) },
      },
    ]);
    expect(total).toMatchObject({ charged: 6_000 });
    expect(next).toBeNull();
    expect((await usageOf(`account=${account}&to=2020-01-01`)).data).toEqual([]);
  });

  it("takes a report that comes twice once, and an older one that comes late not at all", async () => {
    const day = {
      ...{ day: "2026-02-03", succeeded: 1, failed: 0, canceled: 0, expired: 0 },
      ...{ outputs: 1, charged: 6_000, latency: { "40": 1 } },
    };
    const newer = { ...day, succeeded: 3, outputs: 3, charged: 18_000, revision: 3 };
    for (const report of [newer, newer, { ...day, revision: 1 }]) {
      await recordUsage(env.DIRECTORY, "wlate", [report]);
    }
    expect((await usageOf("account=wlate")).total).toMatchObject({
      edits: { succeeded: 3 },
      charged: 18_000,
    });
  });

  it("is read page by page", async () => {
    const day = { succeeded: 1, failed: 0, canceled: 0, expired: 0, outputs: 1, charged: 1 };
    for (const account of ["wpage1", "wpage2"]) {
      const days = ["2026-03-01", "2026-03-02"].map((date) => ({
        ...{ ...day, day: date, latency: {}, revision: 1 },
      }));
      await recordUsage(env.DIRECTORY, account, days);
    }
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null;) {
      const after: string = next === "" ? "" : `&after=${encodeURIComponent(next)}`;
      const page = await usageOf(`from=2026-03-01&to=2026-03-02&limit=3${after}`);
      seen.push(...page.data.map(({ account, day: date }) => `${date} ${account}`));
      next = page.next;
    }
    expect(seen).toEqual([
      "2026-03-01 wpage1",
      "2026-03-01 wpage2",
      "2026-03-02 wpage1",
      "2026-03-02 wpage2",
    ]);
  });
});

describe("the directory", () => {
  it("is rebuilt from the marks and the accounts, as it was", async () => {
    const busy = await busyCustomer();
    const suspended = await api.customer();
    await admin("PUT", `accounts/${suspended.id}/suspension`, {});
    const deleted = await api.customer();
    await admin("DELETE", `accounts/${deleted.id}`);
    const before = await usageOf(`account=${busy.id}`);
    await env.DIRECTORY.batch(
      ["accounts", "usage"].map((table) => env.DIRECTORY.prepare(`DELETE FROM ${table}`)),
    );

    let seen = 0;
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const answer = await admin("POST", "directory/rebuild", cursor === null ? {} : { cursor });
      const rebuilt = await answer.json<Rebuilt>();
      seen += rebuilt.accounts;
      cursor = rebuilt.next;
    }
    expect(seen).toBeGreaterThanOrEqual(3);
    const statusOf = async (id: string) => {
      const listed = await admin("GET", "accounts?limit=1000");
      const { data } = await listed.json<z.infer<typeof AccountListing>>();
      return data.find((account) => account.id === id)?.status;
    };
    expect(await statusOf(busy.id)).toBe("active");
    expect(await statusOf(deleted.id)).toBe("deleted");
    await eventually(
      () => statusOf(suspended.id),
      (status) => status === "suspended",
    );
    const after = await eventually(
      () => usageOf(`account=${busy.id}`),
      ({ data }) => data.length > 0,
    );
    expect(after).toEqual(before);
    const wakeAt = env.DIRECTORY.prepare("SELECT wake_at FROM accounts WHERE id = ?");
    await eventually(
      () => wakeAt.bind(busy.id).first<number | null>("wake_at"),
      (at) => at !== null,
    );
  });

  it("lists accounts by status, page by page", async () => {
    const { id } = await api.customer();
    await admin("PUT", `accounts/${id}/suspension`, {});
    const page = await admin("GET", "accounts?status=suspended&limit=1");
    const { data, next } = await page.json<z.infer<typeof AccountListing>>();
    expect(data).toMatchObject([{ status: "suspended" }]);
    expect(next).toBe(data[0]?.id);
  });
});

describe("an archived edit", () => {
  it("is read from the archive and found in the export, and nothing can be changed on it", async () => {
    const { id: account, key, edit } = await busyCustomer();
    const stub = accountStub(env.ACCOUNT, account);
    await runInDurableObject(stub, async (_object, state) => {
      state.storage.sql.exec(
        "UPDATE edits SET completed_at = 1, purge_at = NULL, purged_at = 1 WHERE id = ?",
        edit,
      );
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    const { objects } = await eventually(
      () => env.BUCKET.list({ prefix: `archive/${account}/` }),
      (found) => found.objects.length > 0,
    );
    expect(objects.map(({ key: name }) => name)).toEqual([`archive/${account}/${edit}.ndjson`]);
    await eventually(
      () =>
        runInDurableObject(stub, (_object, state) =>
          state.storage.sql.exec("SELECT id FROM edits WHERE id = ?", edit).toArray(),
        ),
      (rows) => rows.length === 0,
    );
    for (const [method, path] of [
      ["DELETE", `/v1/edits/${edit}`],
      ["POST", `/v1/edits/${edit}/cancel`],
    ] as const) {
      const problem = await api.problemOf(await api.send(method, path, { token: key }));
      expect(problem).toMatchObject({ code: "edit_archived" });
    }
    expect(await api.getEdit(key, edit)).toMatchObject({
      ...{ id: edit, status: "succeeded", price: { charged: 6_000 } },
      outputs: [{ url: null, width: 640 }],
    });
    const unknown = await api.send("GET", `/v1/edits/${edit.slice(0, -1)}`, { token: key });
    expect(await api.problemOf(unknown)).toMatchObject({ code: "edit_not_found" });
    const exported = await (await api.send("GET", "/v1/account/export", { token: key })).text();
    const lines = exported.split("\n").filter((line) => line.startsWith(`{"type":"edit"`));
    expect(lines.filter((line) => line.includes(`"id":"${edit}"`))).toHaveLength(1);
  });
});
