import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { Account, SuspensionRequest } from "../../schemas/account.ts";
import { setStatus } from "../directory/accounts.ts";
import { performNow } from "../dispatch/perform.ts";
import { unwrap } from "../errors/problem-error.ts";
import { accountMarkKey } from "../images/object-keys.ts";
import { report } from "../reports/report.ts";
import { servicesOf } from "../services.ts";
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
const account = {
  description: "The account",
  content: { "application/json": { schema: Account } },
};

const suspendAccount = createRoute({
  method: "put",
  path: "/v1/admin/accounts/{account}/suspension",
  operationId: "suspendAccount",
  summary: "Accept nothing new from an account; what runs goes on, and its keys still read",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    params: accountParam,
    body: { content: { "application/json": { schema: SuspensionRequest } }, required: true },
  },
  responses: {
    200: account,
    ...problems("admin_secret_invalid", "account_not_found", ...jsonProblems),
  },
});

const resumeAccount = createRoute({
  method: "delete",
  path: "/v1/admin/accounts/{account}/suspension",
  operationId: "resumeAccount",
  summary: "Let an account create edits again",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: { params: accountParam },
  responses: { 200: account, ...problems("admin_secret_invalid", "account_not_found") },
});

const deleteAccount = createRoute({
  method: "delete",
  path: "/v1/admin/accounts/{account}",
  operationId: "deleteAccount",
  summary: "Delete an account and every byte of it; its keys are unknown from then on",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: { params: accountParam },
  responses: {
    204: { description: "It is gone." },
    ...problems("admin_secret_invalid", "account_not_found"),
  },
});

/** Whether an account may go on, by its operator. */
export function accountStatusRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(suspendAccount, async (c) => {
    const { account: id } = c.req.valid("param");
    const suspended = unwrap(
      await knownAccount(c.env, id).suspend(c.req.valid("json").reason ?? "no reason was given"),
    );
    await setStatus(c.env.DIRECTORY, id, "suspended");
    return c.json(suspended, 200);
  });

  app.openapi(resumeAccount, async (c) => {
    const { account: id } = c.req.valid("param");
    const resumed = unwrap(await knownAccount(c.env, id).resume());
    await setStatus(c.env.DIRECTORY, id, "active");
    return c.json(resumed, 200);
  });

  app.openapi(deleteAccount, async (c) => {
    const { account: id } = c.req.valid("param");
    const found = await knownAccount(c.env, id).describe();
    if (found === null) throw noAccount();
    // The test account goes first: while it is there, the other still says so.
    if (found.test_account !== null) await close(c.env, found.test_account);
    await close(c.env, id);
    return c.body(null, 204);
  });
}

/** Deletes an account, if it is there. */
async function close(env: Env, id: string): Promise<void> {
  const stub = knownAccount(env, id);
  if ((await stub.describe()) === null) return;
  const services = servicesOf(env);
  await report(services, id);
  // The tombstones come first: a deletion that breaks off can be sent again, and is complete when it answers.
  await setStatus(env.DIRECTORY, id, "deleted");
  const mark = { id, deleted_at: new Date().toISOString() };
  await env.BUCKET.put(accountMarkKey(id), JSON.stringify(mark), {
    customMetadata: { status: "deleted" },
  });
  const messages = unwrap(await stub.close());
  await performNow(services, messages);
}
