import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { After, EventStream } from "../../schemas/event-stream.ts";
import { EventList } from "../../schemas/webhook-event.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticated, clientAuthenticated } from "./authenticate.ts";
import { clientProblems, keyProblems, problems } from "./problem-response.ts";
import { answerStream, lastEventId, wantsStream } from "./streams/answer.ts";

const tags = ["Account"];
const security = [{ apiKey: [] }];
const stream = { "text/event-stream": { schema: EventStream } };
const headers = z.object({
  "last-event-id": z.string().optional().openapi({
    description: "Of a stream: the id of the last event that came. Goes before `after`.",
  }),
});

/** How many events a stream reads from the log at a time. */
const streamPage = 20;

const list = createRoute({
  method: "get",
  path: "/v1/events",
  operationId: "listEvents",
  summary: "What happened to the account and its edits, oldest first, for seven days",
  description:
    "With `Accept: text/event-stream` a stream: what is there, and what comes. Otherwise a page.",
  tags,
  security,
  middleware: authenticated,
  request: {
    headers,
    query: z.object({
      after: After.optional().openapi({
        description:
          "The `sequence` to read after, or `latest`; without it, from the oldest event kept.",
      }),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: {
    200: {
      description: "A page, or a stream",
      content: { "application/json": { schema: EventList }, ...stream },
    },
    ...problems(...keyProblems, "request_invalid", "events_gone", "streams_too_many"),
  },
});

const ofEdit = createRoute({
  method: "get",
  path: "/v1/edits/{id}/events",
  operationId: "streamEdit",
  summary: "An edit as it goes: Server-Sent Events up to the one that ends it",
  tags: ["Edits"],
  security: [{ apiKey: [] }, { clientToken: [] }],
  middleware: clientAuthenticated,
  request: {
    params: z.object({ id: z.string() }),
    headers,
    query: z.object({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({
        description: "The `sequence` to go on after; without it, from the edit's first event.",
      }),
    }),
  },
  responses: {
    200: { description: "The stream", content: stream },
    204: { description: "The edit has ended, and nothing follows what you know." },
    ...problems(
      ...clientProblems,
      "request_invalid",
      "edit_not_found",
      "edit_deleted",
      "edit_archived",
      "events_gone",
      "streams_too_many",
    ),
  },
});

/** The account's event log, one gapless sequence: as pages and as streams. */
export function eventRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { after = null, limit } = c.req.valid("query");
    if (wantsStream(c)) {
      // "Latest" is a moment: the first page finds it.
      const read = async (from: number | null) =>
        unwrap(
          await account.events(keyHash, {
            after: from ?? (after === "latest" ? after : null),
            limit: streamPage,
          }),
        );
      const from = lastEventId(c) ?? (after === "latest" ? null : after);
      return answerStream(c, null, read, from);
    }
    const page = unwrap(await account.events(keyHash, { after, limit }));
    const { events, more, next } = page;
    return c.json({ object: "list" as const, data: [...events], has_more: more, next }, 200);
  });

  app.openapi(ofEdit, async (c) => {
    const { account, credential } = c.var.caller;
    const { id } = c.req.valid("param");
    c.set("edit", id);
    const read = async (after: number | null) =>
      unwrap(await account.editEvents(credential, id, { after, limit: streamPage }));
    return answerStream(c, id, read, lastEventId(c) ?? c.req.valid("query").after ?? null);
  });
}
