import { describe, expect, it } from "vitest";
import type { IssuedKey, Key } from "../../../schemas/account.ts";
import * as api from "../harness/api.ts";
import { openStream } from "../harness/streams.ts";

const listed = async (token: string) =>
  (await (await api.send("GET", "/v1/keys", { token })).json<{ data: Key[] }>()).data;
const make = (token: string, json: object) => api.send("POST", "/v1/keys", { token, json });

describe("an account's own keys", () => {
  it("are made with a secret that is told once, listed without it, and revoked for good", async () => {
    const { key, keyId } = await api.customer();
    const made = await make(key, { name: "phone", scopes: ["edits:write"] });
    expect(made.status).toBe(201);
    const issued = await made.json<IssuedKey>();
    expect(issued).toMatchObject({ name: "phone", scopes: ["edits:write"], revoked_at: null });
    const keys = await listed(key);
    expect(keys.map(({ id }) => id)).toEqual([keyId, issued.id]);
    expect(JSON.stringify(keys)).not.toContain(issued.key);
    expect((await api.createEdit(issued.key)).status).toBe(202);

    const revoke = () => api.send("DELETE", `/v1/keys/${issued.id}`, { token: key });
    const revoked = await (await revoke()).json<Key>();
    expect(revoked.revoked_at).not.toBeNull();
    expect(await (await revoke()).json()).toEqual(revoked);
    expect(await api.problemOf(await api.createEdit(issued.key))).toMatchObject({
      code: "key_revoked",
    });
  });

  it("may do what they were made for, and read what they may write", async () => {
    const owner = await api.customer();
    const { key } = await api.scopedKey(owner, "edits:write");
    expect((await api.createEdit(key)).status).toBe(202);
    expect((await api.send("GET", "/v1/edits", { token: key })).status).toBe(200);
    const refused = await api.problemOf(await api.send("GET", "/v1/account", { token: key }));
    expect(refused).toMatchObject({ code: "key_scope_missing", status: 403 });
    expect(refused.detail).toContain("account:read");
  });

  it("give no more than they have: not a scope more, and nothing that they do not say", async () => {
    const owner = await api.customer();
    const { key } = await api.scopedKey(owner, "keys:write", "edits:read");
    for (const scopes of [["edits:write"], ["account:read", "edits:read"]]) {
      expect(await api.problemOf(await make(key, { name: "more", scopes }))).toMatchObject({
        code: "key_scope_missing",
      });
    }
    const same = await (await make(key, { name: "same" })).json<IssuedKey>();
    expect(same.scopes).toEqual(["keys:write", "edits:read"]);
    const less = await (await make(key, { name: "less", scopes: ["keys:read"] })).json<IssuedKey>();
    expect(less.scopes).toEqual(["keys:read"]);
    expect((await (await make(owner.key, { name: "all" })).json<IssuedKey>()).scopes).toBeNull();
  });

  it("that are revoked end the streams that they opened", async () => {
    const owner = await api.customer();
    const { key, id } = await api.scopedKey(owner, "account:read");
    const stream = await openStream(key, "/v1/events?after=latest");
    await api.send("DELETE", `/v1/keys/${id}`, { token: owner.key });
    expect(await stream.rest()).toEqual([]);
  });

  it("are another account's never", async () => {
    const [one, other] = [await api.customer(), await api.customer()];
    const answer = await api.send("DELETE", `/v1/keys/${other.keyId}`, { token: one.key });
    expect(await api.problemOf(answer)).toMatchObject({ code: "key_not_found" });
  });
});

describe("an operator", () => {
  it("issues keys with scopes too", async () => {
    const { id } = await api.customer();
    const json = { name: "reader", scopes: ["account:read"] };
    const path = `/v1/admin/accounts/${id}/keys`;
    const issued = await api.send("POST", path, { token: api.adminSecret, json });
    const { key, scopes } = await issued.json<IssuedKey>();
    expect(scopes).toEqual(["account:read"]);
    expect((await api.createEdit(key)).status).toBe(403);
  });
});
