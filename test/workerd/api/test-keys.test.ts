import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Account, IssuedKey, Key } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { testCredits } from "../../../functions/account/test-account.ts";
import * as api from "../harness/api.ts";
import { mintToken } from "../harness/clients.ts";

const make = (token: string, json: object = {}) =>
  api.send("POST", "/v1/keys", { token, json: { name: "test", test: true, ...json } });
const made = async (token: string, json?: object) => (await make(token, json)).json<IssuedKey>();
const accountOf = async (token: string) =>
  (await api.send("GET", "/v1/account", { token })).json<Account>();
const listed = async (token: string) =>
  (await (await api.send("GET", "/v1/keys", { token })).json<{ data: Key[] }>()).data;

/** A deployment that serves large weights, and knows of tasks that the profile for tests does not. */
const production = { PROFILE: "sd15" };

describe("a test key", () => {
  it("works on an account of its own, with play money and the small profile, and costs its maker nothing", async () => {
    const owner = await api.customer();
    const { key, test } = await made(owner.key);
    expect(key).toMatch(/^inlay_test_U/);
    expect(test).toBe(true);

    const account = await accountOf(key);
    expect(account).toMatchObject({ test: true, balance: { available: testCredits } });
    expect(account.id).not.toBe(owner.id);
    const before = await accountOf(owner.key);
    expect(before).toMatchObject({ test: false, test_account: account.id });

    const form = await api.formBody({ task: "text_to_image", prompt: "a cat" });
    const send = (token: string) =>
      api.send("POST", "/v1/edits", { token, environment: production, ...form });
    expect(await api.problemOf(await send(key))).toMatchObject({ code: "task_not_in_profile" });
    expect((await (await send(owner.key)).json<Edit>()).profile).toBe("sd15");

    const edit = await (await api.createEdit(key)).json<Edit>();
    expect(edit.profile).toBe("tiny");
    expect((await accountOf(key)).balance.reserved).toBe(edit.price.reserved);
    expect((await api.send("GET", `/v1/edits/${edit.id}`, { token: owner.key })).status).toBe(404);
  });

  it("has others beside it in the one test account, which live keys see and revoke, and not the other way round", async () => {
    const owner = await api.customer();
    const [one, other] = [await made(owner.key), await made(owner.key)];
    const third = await made(one.key, { test: false });
    expect(third.key).toMatch(/^inlay_test_/);
    expect(new Set((await listed(owner.key)).map(({ id }) => id))).toEqual(
      new Set([owner.keyId, one.id, other.id, third.id]),
    );
    expect((await listed(one.key)).every(({ test }) => test)).toBe(true);

    const revoke = (token: string, id: string) => api.send("DELETE", `/v1/keys/${id}`, { token });
    expect(await api.problemOf(await revoke(one.key, owner.keyId))).toMatchObject({
      code: "key_not_found",
    });
    expect(await (await revoke(owner.key, other.id)).json<Key>()).toMatchObject({ id: other.id });
    expect(await api.problemOf(await api.createEdit(other.key))).toMatchObject({
      code: "key_revoked",
    });
  });

  it("has no scope that its maker does not have", async () => {
    const owner = await api.customer();
    const { key } = await api.scopedKey(owner, "keys:write", "edits:write");
    expect(await api.problemOf(await make(key, { scopes: ["account:read"] }))).toMatchObject({
      code: "key_scope_missing",
    });
    expect((await made(key)).scopes).toEqual(["keys:write", "edits:write"]);
    expect((await made(key, { scopes: ["edits:read"] })).scopes).toEqual(["edits:read"]);
  });

  it("mints client tokens of the test account", async () => {
    const { key } = await made((await api.customer()).key);
    const token = await mintToken(key);
    const edit = await (await api.createEdit(token)).json<Edit>();
    expect(edit).toMatchObject({ profile: "tiny", end_user: "user-1" });
  });

  it("is made once however many ask at the same time: they share the account", async () => {
    const owner = await api.customer();
    const keys = await Promise.all(Array.from({ length: 5 }, () => made(owner.key)));
    const accounts = await Promise.all(keys.map(({ key }) => accountOf(key)));
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(1);
  });
});

describe("a test account", () => {
  const remove = (id: string) =>
    api.send("DELETE", `/v1/admin/accounts/${id}`, { token: api.adminSecret });

  it("goes with the live one, every byte of it", async () => {
    const owner = await api.customer();
    const { key } = await made(owner.key);
    const { id } = await accountOf(key);
    await api.createEdit(key);
    expect((await remove(owner.id)).status).toBe(204);
    expect(await api.problemOf(await api.send("GET", "/v1/account", { token: key }))).toMatchObject(
      { code: "key_invalid" },
    );
    const { objects } = await env.BUCKET.list();
    expect(objects.map((object) => object.key).filter((name) => name.includes(id))).toEqual([
      `accounts/${id}`,
    ]);
  });

  it("that an operator deleted alone is followed by a new one", async () => {
    const owner = await api.customer();
    const first = await accountOf((await made(owner.key)).key);
    await remove(first.id);
    expect((await listed(owner.key)).map(({ id }) => id)).toEqual([owner.keyId]);
    const second = await accountOf((await made(owner.key)).key);
    expect(second.id).not.toBe(first.id);
    expect((await api.problemOf(await remove(first.id))).code).toBe("account_not_found");
  });

  it("may be an operator's own, without a live one", async () => {
    const json = { test: true, region: "apac" };
    const opened = await api.send("POST", "/v1/admin/accounts", { token: api.adminSecret, json });
    const { id, test, balance } = await opened.json<Account>();
    expect(id).toMatch(/^P/);
    expect({ test, available: balance.available }).toEqual({ test: true, available: testCredits });
    const path = `/v1/admin/accounts/${id}/keys`;
    const issued = await api.send("POST", path, { token: api.adminSecret, json: { name: "demo" } });
    expect((await issued.json<IssuedKey>()).key).toMatch(/^inlay_test_P/);
  });
});
