import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import {
  AdjustmentRequest,
  GrantRequest,
  LedgerEntry,
  RefundRequest,
} from "../../schemas/account.ts";
import type { Posting } from "../account/ledger.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { AppContext, AppEnv } from "./app-env.ts";
import { adminOnly } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { accountParam, adminSecurity as security, knownAccount } from "./known-account.ts";
import { problems } from "./problem-response.ts";

const tags = ["Operators"];
const entry = {
  description: "The ledger entry",
  content: { "application/json": { schema: LedgerEntry } },
};

const grantCredits = createRoute({
  method: "post",
  path: "/v1/admin/accounts/{account}/grants",
  operationId: "grantCredits",
  summary: "Grant credits, once for each external id",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    params: accountParam,
    body: { content: { "application/json": { schema: GrantRequest } }, required: true },
  },
  responses: {
    201: entry,
    ...problems("admin_secret_invalid", "account_not_found", "grant_conflict", ...jsonProblems),
  },
});

const refundCredits = createRoute({
  method: "post",
  path: "/v1/admin/accounts/{account}/refunds",
  operationId: "refundCredits",
  summary: "Give credits back, once for each external id",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    params: accountParam,
    body: { content: { "application/json": { schema: RefundRequest } }, required: true },
  },
  responses: {
    201: entry,
    ...problems("admin_secret_invalid", "account_not_found", "entry_conflict", ...jsonProblems),
  },
});

const adjustCredits = createRoute({
  method: "post",
  path: "/v1/admin/accounts/{account}/adjustments",
  operationId: "adjustCredits",
  summary: "Correct the balance up or down, once for each external id",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    params: accountParam,
    body: { content: { "application/json": { schema: AdjustmentRequest } }, required: true },
  },
  responses: {
    201: entry,
    ...problems(
      "admin_secret_invalid",
      "account_not_found",
      "entry_conflict",
      "balance_exceeded",
      ...jsonProblems,
    ),
  },
});

/** What operators do with money: every entry has an external id, and a repeated one moves nothing. */
export function creditRoutes(app: OpenAPIHono<AppEnv>): void {
  const post = async (
    { env }: AppContext,
    account: string,
    kind: Posting["kind"],
    { amount, external_id: externalId }: z.infer<typeof AdjustmentRequest>,
  ) => unwrap(await knownAccount(env, account).post({ kind, amount, externalId }));

  app.openapi(grantCredits, async (c) => {
    const { account } = c.req.valid("param");
    return c.json(await post(c, account, "grant", c.req.valid("json")), 201);
  });

  app.openapi(refundCredits, async (c) => {
    const { account } = c.req.valid("param");
    return c.json(await post(c, account, "refund", c.req.valid("json")), 201);
  });

  app.openapi(adjustCredits, async (c) => {
    const { account } = c.req.valid("param");
    return c.json(await post(c, account, "adjustment", c.req.valid("json")), 201);
  });
}
