import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { ClientToken, ClientTokenRequest } from "../../schemas/client-token.ts";
import { readConfiguration } from "../env.ts";
import { unwrap } from "../errors/problem-error.ts";
import { mintClientToken, type ClientClaims } from "../keys/client-token.ts";
import { newId } from "../keys/ids.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticated, keyInForce } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { keyProblems, problems } from "./problem-response.ts";
import { webhookAddress } from "./webhooks/address.ts";

/** How long a token is valid where nothing else is asked for, in seconds. */
const usualSeconds = 900;

const mint = createRoute({
  method: "post",
  path: "/v1/client-tokens",
  operationId: "mintClientToken",
  summary: "Mint a token for an app: for one end user, for minutes, up to a spending limit",
  tags: ["Uploads"],
  security: [{ apiKey: [] }],
  middleware: [authenticated, keyInForce, ...jsonBody] as const,
  request: {
    body: { content: { "application/json": { schema: ClientTokenRequest } }, required: true },
  },
  responses: {
    201: { description: "The token", content: { "application/json": { schema: ClientToken } } },
    ...problems(...keyProblems, ...jsonProblems, "account_suspended", "webhook_url_not_allowed"),
  },
});

/** Tokens that a backend mints for its app, so that no API key ships in one. Nothing is stored of them. */
export function clientTokenRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "clientToken", {
    type: "http",
    scheme: "bearer",
    description: "A client token, inlay_client_..., of one end user",
  });

  app.openapi(mint, async (c) => {
    const { end_user, spending_limit, expires_in, tasks, webhook } = c.req.valid("json");
    if (webhook !== undefined) webhookAddress(c, webhook, "/webhook");
    const { id: account, account: stub, keyHash } = c.var.caller;
    const key = unwrap(await stub.mintingKey(keyHash));
    const claims: ClientClaims = {
      id: newId("tok", Date.now(), (bytes) => crypto.getRandomValues(bytes)),
      account,
      key,
      endUser: end_user,
      spendingLimit: spending_limit,
      tasks: tasks ?? null,
      webhook: webhook ?? null,
      expiresAt: Date.now() + (expires_in ?? usualSeconds) * 1000,
    };
    const minted = {
      object: "client_token" as const,
      token: mintClientToken(readConfiguration(c.env).SIGNING_KEYS, claims),
      end_user,
      spending_limit,
      expires_at: new Date(claims.expiresAt).toISOString(),
      tasks: claims.tasks,
      webhook: claims.webhook,
    };
    c.header("cache-control", "no-store");
    return c.json(minted, 201);
  });
}
