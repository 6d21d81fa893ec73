import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { Account, LimitsRequest } from "../../schemas/account.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { AppEnv } from "./app-env.ts";
import { adminOnly } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { accountParam, adminSecurity, knownAccount } from "./known-account.ts";
import { problems } from "./problem-response.ts";

const setLimits = createRoute({
  method: "put",
  path: "/v1/admin/accounts/{account}/limits",
  operationId: "setAccountLimits",
  summary: "Say how much an account may do; what is left out is as usual",
  tags: ["Operators"],
  security: adminSecurity,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    params: accountParam,
    body: { content: { "application/json": { schema: LimitsRequest } }, required: true },
  },
  responses: {
    200: { description: "The account", content: { "application/json": { schema: Account } } },
    ...problems("admin_secret_invalid", "account_not_found", ...jsonProblems),
  },
});

/** How much each account may do, by its operator. */
export function accountLimitsRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(setLimits, async (c) => {
    const { creates_per_minute, unfinished_edits } = c.req.valid("json");
    const account = knownAccount(c.env, c.req.valid("param").account);
    const set = await account.setQuotas({
      createsPerMinute: creates_per_minute ?? null,
      unfinishedEdits: unfinished_edits ?? null,
    });
    return c.json(unwrap(set), 200);
  });
}
