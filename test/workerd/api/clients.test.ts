import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { z } from "@hono/zod-openapi";
import { accountStub } from "../../../functions/services.ts";
import type { ClientToken } from "../../../schemas/client-token.ts";
import type { Edit, EditList } from "../../../schemas/edit.ts";
import type { Upload } from "../../../schemas/upload.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { createUpload, mintToken, tokenOf, uploaded } from "../harness/clients.ts";
import { deliverFailure, deliverResult } from "../harness/container.ts";
import { hookUrl, receivedAt } from "../harness/hooks.ts";

const price = 6_000;
const codeOf = async (answer: Response) => (await api.problemOf(answer)).code;

async function mint(key: string, json: object): Promise<Response> {
  return api.send("POST", "/v1/client-tokens", { token: key, json });
}

/** An edit made with this token. */
async function editOf(token: string, fields: Record<string, string> = {}): Promise<Edit> {
  const made = await api.createEdit(token, fields);
  expect(made.status).toBe(202);
  return made.json<Edit>();
}

async function listed(token: string): Promise<string[]> {
  const page = await api.send("GET", "/v1/edits", { token });
  return (await page.json<z.infer<typeof EditList>>()).data.map(({ id }) => id);
}

describe("minting a client token", () => {
  it("tells what the token is good for, and stores nothing", async () => {
    const { id, key } = await api.customer();
    const rowsOf = () =>
      runInDurableObject(accountStub(env.ACCOUNT, id), (_account, state) =>
        state.storage.sql.databaseSize.toString(),
      );
    const before = await rowsOf();
    const answer = await mint(key, {
      end_user: "user-1",
      spending_limit: 9_000,
      expires_in: 60,
      tasks: ["erase"],
      webhook: "https://backend.example.com/hook",
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const { token, expires_at, ...rest } = await answer.json<ClientToken>();
    expect(rest).toEqual({
      object: "client_token",
      end_user: "user-1",
      spending_limit: 9_000,
      tasks: ["erase"],
      webhook: "https://backend.example.com/hook",
    });
    expect(token).toMatch(/^inlay_client_/);
    expect(Date.parse(expires_at)).toBeLessThanOrEqual(Date.now() + 60_000);
    expect(await rowsOf()).toBe(before);
  });

  it.each([
    ["no end user", { spending_limit: 1 }, "request_invalid"],
    ["an end user with spaces", { end_user: "a b", spending_limit: 1 }, "request_invalid"],
    ["no spending limit", { end_user: "a" }, "request_invalid"],
    ["hours", { end_user: "a", spending_limit: 1, expires_in: 3_601 }, "request_invalid"],
    ["no task at all", { end_user: "a", spending_limit: 1, tasks: [] }, "request_invalid"],
    [
      "a field it does not have",
      { end_user: "a", spending_limit: 1, admin: true },
      "request_invalid",
    ],
    [
      "a webhook on a private address",
      { end_user: "a", spending_limit: 1, webhook: "https://10.0.0.1/" },
      "webhook_url_not_allowed",
    ],
  ])("with %s is refused", async (_sentence, json, code) => {
    expect(await codeOf(await mint((await api.customer()).key, json))).toBe(code);
  });

  it("is refused to a suspended account", async () => {
    const { id, key } = await api.customer();
    const path = `/v1/admin/accounts/${id}/suspension`;
    await api.send("PUT", path, { token: api.adminSecret, json: { reason: "unpaid" } });
    expect(await codeOf(await mint(key, { end_user: "a", spending_limit: 1 }))).toBe(
      "account_suspended",
    );
  });
});

describe("a client token", () => {
  it("sees and cancels the edits of its end user, those of an earlier token too, and no others", async () => {
    const { key } = await api.customer();
    const [mine, again, other] = await Promise.all([
      mintToken(key),
      mintToken(key),
      mintToken(key, { end_user: "user-2" }),
    ]);
    const own = await editOf(mine);
    const theirs = await editOf(other);
    const backends = await (await api.createEdit(key)).json<Edit>();
    expect(own.end_user).toBe("user-1");
    expect(backends.end_user).toBeNull();

    expect(await listed(mine)).toEqual([own.id]);
    expect(await listed(again)).toEqual([own.id]);
    expect(await listed(key)).toHaveLength(3);
    for (const { id } of [theirs, backends]) {
      for (const [method, path] of [
        ["GET", ""],
        ["GET", "/preview"],
        ["POST", "/cancel"],
      ] as const) {
        const answer = await api.send(method, `/v1/edits/${id}${path}`, { token: mine });
        expect(await codeOf(answer)).toBe("edit_not_found");
      }
    }
    expect((await api.getEdit(key, theirs.id)).status).not.toBe("canceled");
    const canceled = await api.send("POST", `/v1/edits/${own.id}/cancel`, { token: again });
    expect(await canceled.json<Edit>()).toMatchObject({ id: own.id, status: "canceled" });
  });

  it("sees, signs, completes and uses its end user's uploads, and no others", async () => {
    const { key } = await api.customer();
    const [mine, other] = [await mintToken(key), await mintToken(key, { end_user: "user-2" })];
    const own = await uploaded(mine, png(640, 480));
    expect(own).toMatchObject({ status: "complete", end_user: "user-1" });
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/sign"],
      ["POST", "/complete"],
    ] as const) {
      const ask = (token: string) => api.send(method, `/v1/uploads/${own.id}${path}`, { token });
      expect((await ask(mine)).status).toBe(200);
      expect((await ask(key)).status).toBe(200);
      expect(await codeOf(await ask(other))).toBe("upload_not_found");
    }
    const use = (token: string) =>
      api.send("POST", "/v1/edits", { token, json: { image: own.id, mask: own.id, prompt: "a" } });
    expect(await codeOf(await use(other))).toBe("upload_unusable");
    expect((await use(mine)).status).toBe(202);
  });

  it("cannot spend more than its limit, however many edits it sends at once; what is released can be spent again", async () => {
    const customer = await api.customer();
    const token = await mintToken(customer.key, { spending_limit: 2 * price + 1 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.createEdit(token)));
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(3);

    const [first, second] = await Promise.all(accepted.map((answer) => answer.json<Edit>()));
    for (const edit of [first, second]) await api.until(token, edit?.id ?? "", "starting");
    await deliverFailure({ account: customer.id, edit: first?.id ?? "" }, "mask_empty");
    await deliverResult({ account: customer.id, edit: second?.id ?? "" });
    await api.until(token, second?.id ?? "", "succeeded");
    expect((await api.createEdit(token)).status).toBe(202);
    expect(await codeOf(await api.createEdit(token))).toBe("token_limit_reached");
    // Another token of the same end user has a limit of its own.
    expect((await api.createEdit(await mintToken(customer.key))).status).toBe(202);
  });

  it("may spend nothing where its limit is nothing, and look all the same", async () => {
    const token = await mintToken((await api.customer()).key, { spending_limit: 0 });
    expect(await codeOf(await api.createEdit(token))).toBe("token_limit_reached");
    expect(await listed(token)).toEqual([]);
  });

  it("asks for its own tasks alone, by form and by JSON, and a refusal leaves nothing", async () => {
    const { id, key } = await api.customer();
    const token = await mintToken(key, { tasks: ["erase"] });
    expect(await codeOf(await api.createEdit(token))).toBe("token_task_not_allowed");
    const picture = "https://pictures.example.org/640x480.png";
    const json = { image: picture, mask: picture, prompt: "a door" };
    const byJson = await api.send("POST", "/v1/edits", { token, json });
    expect(await api.problemOf(byJson)).toMatchObject({
      code: "token_task_not_allowed",
      errors: [{ pointer: "/task" }],
    });
    expect((await env.BUCKET.list({ prefix: `inputs/${id}/` })).objects).toEqual([]);
    await editOf(token, { task: "erase" });
  });

  it("has its edits told to the backend's webhook, and names none itself", async () => {
    const customer = await api.customer();
    const webhook = hookUrl(204);
    const token = await mintToken(customer.key, { webhook });
    const named = await api.createEdit(token, { webhook: hookUrl(204) });
    expect(await api.problemOf(named)).toMatchObject({
      code: "token_not_allowed",
      errors: [{ pointer: "/webhook" }],
    });
    const { id } = await editOf(token);
    await api.send("POST", `/v1/edits/${id}/cancel`, { token });
    const [told] = await receivedAt(webhook);
    expect(JSON.parse(told?.body ?? "")).toMatchObject({
      type: "edit.canceled",
      data: { id, end_user: "user-1" },
    });
  });

  it("keeps its end user's idempotency keys apart from others' and from the backend's", async () => {
    const { key } = await api.customer();
    const tokens = [key, await mintToken(key), await mintToken(key, { end_user: "user-2" })];
    const header = { "idempotency-key": "photo-1" };
    const made = new Set<string>();
    for (const token of tokens) {
      const { id } = await (await api.createEdit(token, {}, header)).json<Edit>();
      made.add(id);
    }
    expect(made.size).toBe(3);
    const again = await api.createEdit(await mintToken(key), {}, header);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(made.has((await again.json<Edit>()).id)).toBe(true);
  });

  it("cannot delete, mint, or see the account", async () => {
    const { key } = await api.customer();
    const token = await mintToken(key);
    const { id } = await editOf(token);
    const upload = await uploaded(token, png(64, 64));
    for (const [method, path] of [
      ["DELETE", `/v1/edits/${id}`],
      ["DELETE", `/v1/uploads/${upload.id}`],
      ["POST", "/v1/client-tokens"],
      ["GET", "/v1/account"],
      ["GET", "/v1/account/ledger"],
      ["GET", "/v1/events"],
      ["GET", "/v1/webhooks/default/secret"],
    ] as const) {
      const json = method === "POST" ? { end_user: "me", spending_limit: 10 ** 9 } : undefined;
      expect(await codeOf(await api.send(method, path, { token, json }))).toBe("token_not_allowed");
    }
  });

  it("may end while an upload's URL goes on, and a re-minted one goes on with the upload", async () => {
    const customer = await api.customer();
    const token = tokenOf(customer, { expiresAt: Date.now() + 1_500 });
    const { id, upload_url } = await createUpload(token);
    while ((await api.send("GET", "/v1/edits", { token })).status !== 401) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await api.put(upload_url ?? "", png(640, 480))).status).toBe(200);
    const found = await api.send("GET", `/v1/uploads/${id}`, { token: tokenOf(customer) });
    expect(await found.json<Upload>()).toMatchObject({ status: "complete" });
  });
});

describe("a page of another origin", () => {
  it("reads refusals, limits and results too", async () => {
    const { id: account, key } = await api.customer();
    const token = await mintToken(key);
    const made = await api.createEdit(token, {}, { origin: "https://app.example.com" });
    expect(made.headers.get("access-control-allow-origin")).toBe("*");
    expect(made.headers.get("access-control-expose-headers")).toContain("ratelimit");
    const { id } = await made.json<Edit>();
    await api.until(token, id, "starting");
    await deliverResult({ account, edit: id });
    const { outputs } = await api.until(token, id, "succeeded");
    const refused = await api.send("GET", "/v1/edits/edit_0", {
      token,
      headers: { origin: "https://app.example.com" },
    });
    const file = await api.send("GET", outputs[0]?.url ?? "");
    for (const { headers } of [refused, file]) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
    }
  });
});
