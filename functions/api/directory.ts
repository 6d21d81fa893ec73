import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { AccountListing, RebuildRequest, Rebuilt, UsageList } from "../../schemas/directory.ts";
import { listAccounts } from "../directory/accounts.ts";
import { rebuildPage } from "../directory/rebuild.ts";
import { readUsage } from "../directory/usage.ts";
import type { AppEnv } from "./app-env.ts";
import { adminOnly } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { adminSecurity as security } from "./known-account.ts";
import { problems } from "./problem-response.ts";
import { toUsage } from "./usage-resource.ts";

const tags = ["Operators"];
const limit = z.coerce.number().int().min(1).max(1_000).default(100);
const day = z.iso.date();

const accounts = createRoute({
  method: "get",
  path: "/v1/admin/accounts",
  operationId: "listAccounts",
  summary: "The accounts of this deployment, deleted ones included",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: {
    query: z.object({
      limit,
      after: z.string().max(64).default(""),
      status: z.enum(["active", "suspended", "deleted"]).optional(),
    }),
  },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: AccountListing } } },
    ...problems("admin_secret_invalid", "request_invalid"),
  },
});

const usage = createRoute({
  method: "get",
  path: "/v1/admin/usage",
  operationId: "listUsage",
  summary: "What accounts did, day by day, about a minute late",
  tags,
  security,
  middleware: [adminOnly] as const,
  request: {
    query: z.object({
      account: z.string().max(64).optional(),
      from: day.default("0000-01-01").openapi({ description: "The first day, in UTC." }),
      to: day.default("9999-12-31").openapi({ description: "The last day." }),
      after: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}\/\w{1,64}$/)
        .optional(),
      limit,
    }),
  },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: UsageList } } },
    ...problems("admin_secret_invalid", "request_invalid"),
  },
});

const rebuild = createRoute({
  method: "post",
  path: "/v1/admin/directory/rebuild",
  operationId: "rebuildDirectory",
  summary: "Rebuild a part of the directory from the marks in R2 and the accounts; go on with next",
  tags,
  security,
  middleware: [adminOnly, ...jsonBody] as const,
  request: {
    body: { content: { "application/json": { schema: RebuildRequest } }, required: true },
  },
  responses: {
    200: { description: "What was done", content: { "application/json": { schema: Rebuilt } } },
    ...problems("admin_secret_invalid", ...jsonProblems),
  },
});

/** What operators ask of the directory. */
export function directoryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(accounts, async (c) => {
    const query = c.req.valid("query");
    const data = await listAccounts(c.env.DIRECTORY, query);
    const next = data.length === query.limit ? (data.at(-1)?.id ?? null) : null;
    return c.json({ object: "list" as const, data, next }, 200);
  });

  app.openapi(usage, async (c) => {
    const { account = null, from, to, after, limit: most } = c.req.valid("query");
    const [lastDay = "", lastAccount = ""] = after?.split("/") ?? [];
    const days = await readUsage(c.env.DIRECTORY, {
      ...{ account, from, to, limit: most },
      after: after === undefined ? null : { day: lastDay, account: lastAccount },
    });
    const last = days.at(-1);
    return c.json(
      {
        object: "list" as const,
        data: days.map((one) => ({ account: one.account, day: one.day, ...toUsage([one]) })),
        total: toUsage(days),
        next: days.length === most && last !== undefined ? `${last.day}/${last.account}` : null,
      },
      200,
    );
  });

  app.openapi(rebuild, async (c) => {
    return c.json(await rebuildPage(c.env, c.req.valid("json").cursor ?? null), 200);
  });
}
