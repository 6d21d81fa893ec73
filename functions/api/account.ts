import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Account, Ledger, SettingsRequest, WebhookSecret } from "../../schemas/account.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticated } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { keyProblems, problems } from "./problem-response.ts";

const security = [{ apiKey: [] }];
const tags = ["Account"];
const middleware = authenticated;

const getAccount = createRoute({
  method: "get",
  path: "/v1/account",
  operationId: "getAccount",
  summary: "Balance and prices",
  tags,
  security,
  middleware,
  responses: {
    200: { description: "The account", content: { "application/json": { schema: Account } } },
    ...problems(...keyProblems),
  },
});

const getLedger = createRoute({
  method: "get",
  path: "/v1/account/ledger",
  operationId: "listLedger",
  summary: "Every movement of money, newest first",
  tags,
  security,
  middleware,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
    }),
  },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: Ledger } } },
    ...problems(...keyProblems, "request_invalid"),
  },
});

const setSettings = createRoute({
  method: "put",
  path: "/v1/account/settings",
  operationId: "setAccountSettings",
  summary: "Say when to be told of a low balance; what is left out is as usual",
  tags,
  security,
  middleware: [authenticated, ...jsonBody] as const,
  request: {
    body: { content: { "application/json": { schema: SettingsRequest } }, required: true },
  },
  responses: {
    200: { description: "The account", content: { "application/json": { schema: Account } } },
    ...problems(...keyProblems, ...jsonProblems),
  },
});

const getSecret = createRoute({
  method: "get",
  path: "/v1/webhooks/default/secret",
  operationId: "getWebhookSecret",
  summary: "The secret that signs this account's webhooks",
  tags,
  security,
  middleware,
  responses: {
    200: { description: "The secret", content: { "application/json": { schema: WebhookSecret } } },
    ...problems(...keyProblems),
  },
});

/** What an account may know of itself. */
export function accountRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key, inlay_live_...",
  });

  app.openapi(getAccount, async (c) => {
    const { account, keyHash } = c.var.caller;
    return c.json(unwrap(await account.account(keyHash)), 200);
  });

  app.openapi(getLedger, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { limit, before } = c.req.valid("query");
    const data = unwrap(await account.ledger(keyHash, limit, before));
    const last = data.at(-1);
    const next = data.length === limit && last !== undefined ? String(last.id) : null;
    return c.json({ object: "list" as const, data, next }, 200);
  });

  app.openapi(setSettings, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { low_balance } = c.req.valid("json");
    return c.json(unwrap(await account.setLowBalance(keyHash, low_balance ?? null)), 200);
  });

  app.openapi(getSecret, async (c) => {
    const { account, keyHash } = c.var.caller;
    return c.json({ key: unwrap(await account.webhookSecret(keyHash)) }, 200);
  });
}
