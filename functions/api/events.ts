import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { EventList } from "../../schemas/webhook-event.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticated } from "./authenticate.ts";
import { keyProblems, problems } from "./problem-response.ts";

const list = createRoute({
  method: "get",
  path: "/v1/events",
  operationId: "listEvents",
  summary: "What happened to the account and its edits, oldest first, for seven days",
  tags: ["Account"],
  security: [{ apiKey: [] }],
  middleware: authenticated,
  request: {
    query: z.object({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({
        description: "The `sequence` to read after; without it, from the oldest event kept.",
      }),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: EventList } } },
    ...problems(...keyProblems, "request_invalid", "events_gone"),
  },
});

/** The account's event log: one gapless sequence. */
export function eventRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { after, limit } = c.req.valid("query");
    const page = unwrap(await account.events(keyHash, { after: after ?? null, limit }));
    const { events, more, next } = page;
    return c.json({ object: "list" as const, data: [...events], has_more: more, next }, 200);
  });
}
