import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Account, AccountRequest, IssuedKey, Key, KeyRequest } from "../../schemas/account.ts";
import { openAccount } from "../directory/open-account.ts";
import { readConfiguration } from "../env.ts";
import { unwrap } from "../errors/problem-error.ts";
import { mintAccountId } from "../keys/account-id.ts";
import { displayOf, hashApiKey, mintApiKey } from "../keys/api-key.ts";
import type { AppEnv } from "./app-env.ts";
import { adminOnly } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import {
  accountParam,
  adminSecurity as security,
  knownAccount,
  noAccount,
} from "./known-account.ts";
import { problems } from "./problem-response.ts";

const tags = ["Operators"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });

const createAccount = createRoute({
  method: "post",
  path: "/v1/admin/accounts",
  operationId: "createAccount",
  summary: "Create an account",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: { body: { content: json(AccountRequest), required: true } },
  responses: {
    201: { description: "The account", content: json(Account) },
    ...problems("admin_secret_invalid", ...jsonProblems),
  },
});

const describeAccount = createRoute({
  method: "get",
  path: "/v1/admin/accounts/{account}",
  operationId: "describeAccount",
  summary: "An account's balance",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: { params: accountParam },
  responses: {
    200: { description: "The account", content: json(Account) },
    ...problems("admin_secret_invalid", "account_not_found"),
  },
});

const issueKey = createRoute({
  method: "post",
  path: "/v1/admin/accounts/{account}/keys",
  operationId: "issueKey",
  summary: "Issue an API key; this answer alone holds its secret",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: { params: accountParam, body: { content: json(KeyRequest), required: true } },
  responses: {
    201: { description: "The key", content: json(IssuedKey) },
    ...problems("admin_secret_invalid", "account_not_found", "keys_too_many", ...jsonProblems),
  },
});

const listKeys = createRoute({
  method: "get",
  path: "/v1/admin/accounts/{account}/keys",
  operationId: "listKeys",
  summary: "An account's keys, without their secrets",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: { params: accountParam },
  responses: {
    200: { description: "The keys", content: json(z.object({ data: z.array(Key) })) },
    ...problems("admin_secret_invalid", "account_not_found"),
  },
});

const revokeKey = createRoute({
  method: "delete",
  path: "/v1/admin/accounts/{account}/keys/{key}",
  operationId: "revokeKey",
  summary: "Revoke a key, at once and for good",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: { params: accountParam.extend({ key: z.string() }) },
  responses: {
    200: { description: "The revoked key", content: json(Key) },
    ...problems("admin_secret_invalid", "account_not_found", "key_not_found"),
  },
});

/** What operators do, with the deployment's admin secret. */
export function adminRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "adminSecret", {
    type: "http",
    scheme: "bearer",
    description: "The deployment's ADMIN_SECRET",
  });

  app.openapi(createAccount, async (c) => {
    const { region, test } = c.req.valid("json");
    const { ACCOUNT_ID_SECRET } = readConfiguration(c.env);
    const id = mintAccountId(ACCOUNT_ID_SECRET, region, random, test ? "test" : "live");
    return c.json(await openAccount(c.env, id), 201);
  });

  app.openapi(describeAccount, async (c) => {
    const account = await knownAccount(c.env, c.req.valid("param").account).describe();
    if (account === null) throw noAccount();
    return c.json(account, 200);
  });

  app.openapi(issueKey, async (c) => {
    const id = c.req.valid("param").account;
    const { name, scopes = null } = c.req.valid("json");
    const key = mintApiKey(id, random);
    const minted = { hash: hashApiKey(key), display: displayOf(key), scopes };
    const stored = await knownAccount(c.env, id).addKey(minted, name);
    return c.json({ ...unwrap(stored), key }, 201);
  });

  app.openapi(listKeys, async (c) => {
    const keys = await knownAccount(c.env, c.req.valid("param").account).listKeys();
    return c.json({ data: unwrap(keys) }, 200);
  });

  app.openapi(revokeKey, async (c) => {
    const { account, key } = c.req.valid("param");
    return c.json(unwrap(await knownAccount(c.env, account).revokeKey(key)), 200);
  });
}

function random(into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(into);
}
