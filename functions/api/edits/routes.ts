import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Edit, EditList, EditStatus } from "../../../schemas/edit.ts";
import { problemCodes } from "../../../schemas/problem-catalogue.ts";
import { performNow } from "../../dispatch/perform.ts";
import { unwrap } from "../../errors/problem-error.ts";
import { readArchivedEdit } from "../../reports/archived-edit.ts";
import { servicesOf } from "../../services.ts";
import type { AppEnv } from "../app-env.ts";
import { authenticated, clientAuthenticated } from "../authenticate.ts";
import { jsonLimit } from "../json-body.ts";
import { clientProblems, keyProblems, problems } from "../problem-response.ts";
import { createContent, createEdit, CreateHeaders, LimitHeaders } from "./create.ts";

const tags = ["Edits"];
const security = [{ apiKey: [] }, { clientToken: [] }];
const middleware = clientAuthenticated;
const edit = { "application/json": { schema: Edit } };
const params = z.object({ id: z.string().openapi({ example: "edit_01k9qz4w6h8v3m5n7p2r4t6x8z" }) });
const elsewhere = [
  "route_unknown",
  "method_not_allowed",
  "admin_secret_invalid",
  "keys_too_many",
  "preview_not_found",
  "webhook_endpoint_not_found",
  "webhook_endpoints_too_many",
  "webhook_endpoint_disabled",
  "delivery_not_found",
  "delivery_payload_gone",
  "entry_conflict",
  "payment_unverified",
  "payment_unusable",
  "balance_exceeded",
  "events_gone",
  "streams_too_many",
  "edit_archived",
  "upload_incomplete",
  "upload_mismatch",
  "upload_direct_disabled",
  "edit_unfinished",
  "edit_canceled",
  "model_unknown",
  "parameter_unsupported",
];

const create = createRoute({
  method: "post",
  path: "/v1/edits",
  operationId: "createEdit",
  summary: "Change a picture where its mask is white",
  tags,
  security,
  request: { headers: CreateHeaders, body: { content: createContent, required: true } },
  responses: {
    200: { description: "The finished edit, under Prefer: wait", content: edit },
    202: { description: "The accepted edit", content: edit, headers: LimitHeaders },
    ...problems(...problemCodes.filter((code) => !elsewhere.includes(code))),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/edits/{id}",
  operationId: "getEdit",
  summary: "An edit as it is now, with fresh URLs",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    200: { description: "The edit", content: edit },
    ...problems(...clientProblems, "edit_not_found", "edit_deleted", "edit_archived"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/edits",
  operationId: "listEdits",
  summary: "Your edits, newest first",
  tags,
  security,
  middleware,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      before: z.string().max(64).optional(),
      status: EditStatus.optional(),
    }),
  },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: EditList } } },
    ...problems(...clientProblems, "request_invalid"),
  },
});

const cancel = createRoute({
  method: "post",
  path: "/v1/edits/{id}/cancel",
  operationId: "cancelEdit",
  summary: "Cancel an edit; one that has ended stays as it is",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    200: { description: "The edit", content: edit },
    ...problems(...clientProblems, "edit_not_found", "edit_deleted", "edit_archived"),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/edits/{id}",
  operationId: "deleteEdit",
  summary: "Delete an edit and every byte of it",
  tags,
  security: [{ apiKey: [] }],
  middleware: authenticated,
  request: { params },
  responses: {
    204: { description: "It is gone." },
    ...problems(...keyProblems, "edit_not_found", "edit_deleted", "edit_archived"),
  },
});

/** The edits of an account. */
export function editRoutes(app: OpenAPIHono<AppEnv>): void {
  // Documented apart from its handler: the validators would read pictures whole.
  app.openAPIRegistry.registerPath(create);
  const jsonOnly = /^application\/json/i;
  app.post(
    "/v1/edits",
    clientAuthenticated,
    (c, next) => (jsonOnly.test(c.req.header("content-type") ?? "") ? jsonLimit(c, next) : next()),
    createEdit,
  );

  app.openapi(list, async (c) => {
    const { account, credential } = c.var.caller;
    const page = unwrap(await account.edits(credential, c.req.valid("query")));
    return c.json({ object: "list" as const, data: page.data, next: page.next }, 200);
  });

  app.openapi(get, async (c) => {
    const { account, credential, id: owner } = c.var.caller;
    const { id } = c.req.valid("param");
    const found = await account.edit(credential, id);
    if (!found.ok && found.problem.code === "edit_archived") {
      const archived = await readArchivedEdit(c.env.BUCKET, owner, id);
      if (archived !== null) return c.json(archived, 200);
    }
    return c.json(unwrap(found), 200);
  });

  app.openapi(cancel, async (c) => {
    const { account, credential } = c.var.caller;
    const { id } = c.req.valid("param");
    c.set("edit", id);
    const canceled = unwrap(await account.cancel(credential, id));
    c.executionCtx.waitUntil(performNow(servicesOf(c.env), canceled.messages));
    return c.json(canceled.edit, 200);
  });

  app.openapi(remove, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { id } = c.req.valid("param");
    c.set("edit", id);
    const messages = unwrap(await account.remove(keyHash, id));
    // Gone means gone: the files are removed before the answer says so.
    await performNow(servicesOf(c.env), messages);
    return c.body(null, 204);
  });
}
