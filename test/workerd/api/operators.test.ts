import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { z } from "@hono/zod-openapi";
import type { Account, IssuedKey, Ledger } from "../../../schemas/account.ts";
import type { EventList } from "../../../schemas/webhook-event.ts";
import * as api from "../harness/api.ts";

const admin = (method: string, path: string, json?: unknown) =>
  api.send(method, `/v1/admin/accounts${path}`, { token: api.adminSecret, json });

async function newAccount(json: object = {}): Promise<Account> {
  return (await admin("POST", "", json)).json<Account>();
}

describe("an operator", () => {
  it("creates an account, in a region, and finds it in the directory and by its mark", async () => {
    const account = await newAccount({ region: "apac" });
    expect(account).toMatchObject({ object: "account", balance: { available: 0, reserved: 0 } });
    expect(await (await admin("GET", `/${account.id}`)).json()).toEqual(account);
    const row = await env.DIRECTORY.prepare("SELECT id FROM accounts WHERE id = ?")
      .bind(account.id)
      .first();
    expect(row).toEqual({ id: account.id });
    const marks = await env.BUCKET.list({ prefix: `accounts/${account.id}` });
    expect(marks.objects).toHaveLength(1);
  });

  it("grants credits once for each external id, however often it is asked", async () => {
    const { id } = await newAccount();
    const grant = { amount: 5_000, external_id: "invoice-1" };
    const answers = await Promise.all([1, 2, 3].map(() => admin("POST", `/${id}/grants`, grant)));
    const entries = await Promise.all(answers.map((answer) => answer.json<{ id: number }>()));
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(1);
    const account = await (await admin("GET", `/${id}`)).json<Account>();
    expect(account.balance.available).toBe(5_000);
  });

  it("refunds and adjusts, once for each external id", async () => {
    const { id } = await newAccount();
    await admin("POST", `/${id}/refunds`, { amount: 900, external_id: "case-1" });
    for (let again = 0; again < 2; again++) {
      const taken = await admin("POST", `/${id}/adjustments`, { amount: -400, external_id: "c-2" });
      expect(taken.status).toBe(201);
      expect(await taken.json()).toMatchObject({ kind: "adjustment", available_after: 500 });
    }
    const account = await (await admin("GET", `/${id}`)).json<Account>();
    expect(account.balance.available).toBe(500);
  });

  it("cannot grant without an external id, or what is no whole positive amount", async () => {
    const { id } = await newAccount();
    for (const json of [
      { amount: 5 },
      { amount: 0, external_id: "a" },
      { amount: 1.5, external_id: "a" },
    ]) {
      const problem = await api.problemOf(await admin("POST", `/${id}/grants`, json));
      expect(problem).toMatchObject({ code: "request_invalid" });
    }
  });

  it("issues keys whose secret is told once, lists them without it, and revokes them for good", async () => {
    const { id } = await newAccount();
    const issued = await (await admin("POST", `/${id}/keys`, { name: "phone" })).json<IssuedKey>();
    expect(issued.key).toMatch(/^inlay_live_/);
    expect((await api.send("GET", "/v1/account", { token: issued.key })).status).toBe(200);

    const listed = await (await admin("GET", `/${id}/keys`)).text();
    expect(listed).toContain(issued.id);
    expect(listed).not.toContain(issued.key);

    const revoked = await (await admin("DELETE", `/${id}/keys/${issued.id}`)).json();
    expect(revoked).toMatchObject({ id: issued.id, revoked_at: expect.any(String) });
    expect(await (await admin("DELETE", `/${id}/keys/${issued.id}`)).json()).toEqual(revoked);
    const problem = await api.problemOf(
      await api.send("GET", "/v1/account", { token: issued.key }),
    );
    expect(problem).toMatchObject({ code: "key_revoked" });
  });
});

describe("an account", () => {
  it("knows its prices, its balance and every movement of it, page by page", async () => {
    const { id, key } = await api.customer(10_000);
    await admin("POST", `/${id}/grants`, { amount: 7, external_id: "gift" });
    const account = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
    expect(account.balance).toEqual({ available: 10_007, reserved: 0, unit: "microcredit" });
    expect(account.prices).toBeDefined();
    const page = async (query: string) =>
      (await api.send("GET", `/v1/account/ledger?${query}`, { token: key })).json<
        z.infer<typeof Ledger>
      >();
    const first = await page("limit=1");
    expect(first.data).toMatchObject([
      { kind: "grant", available_change: 7, available_after: 10_007 },
    ]);
    const rest = await page(`limit=5&before=${first.next}`);
    expect(rest).toMatchObject({ data: [{ available_after: 10_000 }], next: null });
  });

  it("is told when its balance falls below what it has set, and reads it in its events", async () => {
    const { key: token } = await api.customer(20_000);
    const settings = await api.send("PUT", "/v1/account/settings", {
      token,
      json: { low_balance: 15_000 },
    });
    expect(await settings.json()).toMatchObject({ low_balance: 15_000 });
    await api.createEdit(token);
    const events = await (await api.send("GET", "/v1/events?limit=2", { token })).json<EventList>();
    expect(events).toMatchObject({
      object: "list",
      data: [
        { sequence: 1, type: "edit.queued" },
        { sequence: 2, type: "balance.low", data: { balance: { available: 14_000 } } },
      ],
      next: 2,
    });
    const rest = await (await api.send("GET", "/v1/events?after=2", { token })).json<EventList>();
    expect(rest.data.every(({ sequence }) => sequence > 2)).toBe(true);
  });

  it("has a webhook secret of its own", async () => {
    const secrets = await Promise.all(
      [await api.customer(), await api.customer()].map(async ({ key: token }) =>
        (await api.send("GET", "/v1/webhooks/default/secret", { token })).json<{ key: string }>(),
      ),
    );
    expect(secrets[0]?.key).toMatch(/^whsec_[\w+/=]{43,}$/);
    expect(secrets[0]?.key).not.toBe(secrets[1]?.key);
  });
});

describe("the public description", () => {
  it("is served as OpenAPI 3.1, and the health check answers without a key", async () => {
    const document = await (await api.send("GET", "/openapi.json")).json();
    expect(document).toMatchObject({ openapi: "3.1.0", paths: { "/v1/edits": {} } });
    const health = await api.send("GET", "/health");
    expect(health.status).toBe(200);
    expect(health.headers.get("x-request-id")).not.toBeNull();
  });
});
