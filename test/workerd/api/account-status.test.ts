import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { EventList } from "../../../schemas/webhook-event.ts";
import * as api from "../harness/api.ts";
import { deliverResult } from "../harness/container.ts";

const admin = (method: string, path: string, json?: unknown) =>
  api.send(method, `/v1/admin/accounts${path}`, { token: api.adminSecret, json });

async function statusInDirectory(account: string): Promise<unknown> {
  const query = env.DIRECTORY.prepare("SELECT status FROM accounts WHERE id = ?");
  return query.bind(account).first("status");
}

async function keysOf(account: string): Promise<string[]> {
  const { objects } = await env.BUCKET.list();
  return objects.map(({ key }) => key).filter((key) => key.includes(account));
}

describe("a suspended account", () => {
  it("creates nothing, reads everything, finishes what runs, and goes on when it is resumed", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    for (let again = 0; again < 2; again++) {
      const suspended = await admin("PUT", `/${account}/suspension`, { reason: "unpaid" });
      expect(await suspended.json()).toMatchObject({
        status: "suspended",
        suspension: { reason: "unpaid" },
      });
    }
    expect(await statusInDirectory(account)).toBe("suspended");

    for (const refused of [
      await api.createEdit(key),
      await api.send("POST", "/v1/uploads", { token: key }),
    ]) {
      expect(await api.problemOf(refused)).toMatchObject({
        code: "account_suspended",
        detail: expect.stringContaining("unpaid"),
      });
    }
    await deliverResult({ account, edit: id });
    expect(await api.getEdit(key, id)).toMatchObject({ status: "succeeded" });

    const resumed = await admin("DELETE", `/${account}/suspension`);
    expect(await resumed.json()).toMatchObject({ status: "active", suspension: null });
    expect(await statusInDirectory(account)).toBe("active");
    expect((await api.createEdit(key)).status).toBe(202);
    const events = await api.send("GET", "/v1/events?limit=100", { token: key });
    const types = (await events.json<EventList>()).data.map(({ type }) => type);
    expect(types.filter((type) => type.startsWith("account."))).toEqual([
      "account.suspended",
      "account.resumed",
    ]);
  });
});

describe("a deleted account", () => {
  it("leaves no byte and no key, but a tombstone", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    const other = await api.customer();
    await api.createEdit(other.key);
    expect(await keysOf(account)).not.toHaveLength(1);

    expect((await admin("DELETE", `/${account}`)).status).toBe(204);
    expect(await keysOf(account)).toEqual([`accounts/${account}`]);
    expect(await (await env.BUCKET.get(`accounts/${account}`))?.json()).toMatchObject({
      deleted_at: expect.any(String),
    });
    expect(await statusInDirectory(account)).toBe("deleted");
    for (const path of ["/v1/account", "/v1/edits", `/v1/edits/${id}`, "/v1/events"]) {
      const problem = await api.problemOf(await api.send("GET", path, { token: key }));
      expect(problem).toMatchObject({ code: "key_invalid" });
    }
    const problem = await api.problemOf(await admin("DELETE", `/${account}`));
    expect(problem).toMatchObject({ code: "account_not_found" });
    expect(await keysOf(other.id)).not.toHaveLength(1);
  });

  it("takes late news of its predictions without an error, and removes late files", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    await admin("DELETE", `/${account}`);
    expect((await deliverResult({ account, edit: id })).status).toBe(200);
    expect(await keysOf(account)).not.toHaveLength(1);

    const stub = accountStub(env.ACCOUNT, account);
    await evictDurableObject(stub);
    await runInDurableObject(stub, async (_object, state) => {
      state.storage.sql.exec("UPDATE closed SET purge_at = 1");
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    for (let look = 0; look < 500 && (await keysOf(account)).length > 1; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await keysOf(account)).toEqual([`accounts/${account}`]);
  });
});

describe("an export", () => {
  it("is the same for the customer and the operator, and holds the edit and its money", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    await deliverResult({ account, edit: id });
    const own = await api.send("GET", "/v1/account/export", { token: key });
    expect(own.headers.get("content-type")).toContain("ndjson");
    const types = (text: string) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { type: string }).type);
    const text = await own.text();
    expect(types(text)).toEqual([
      "account",
      "edit",
      "ledger_entry",
      "ledger_entry",
      "ledger_entry",
      ...["event", "event", "event"],
    ]);
    expect(text).not.toContain("whsec_");
    const others = await (await admin("GET", `/${account}/export`)).text();
    expect(types(others)).toEqual(types(text));
  });
});
