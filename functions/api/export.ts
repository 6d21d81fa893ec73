import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { ExportPage } from "../account/export.ts";
import type { AccountObject } from "../account/object.ts";
import { unwrap } from "../errors/problem-error.ts";
import { archivePrefix } from "../images/object-keys.ts";
import type { AppEnv } from "./app-env.ts";
import { adminOnly, authenticated } from "./authenticate.ts";
import { accountParam, adminSecurity, knownAccount } from "./known-account.ts";
import { keyProblems, problems } from "./problem-response.ts";

const lines = {
  description: 'NDJSON: one `{ "type", "data" }` a line, of the types account, edit, ...',
  content: { "application/x-ndjson": { schema: z.any().openapi({ type: "string" }) } },
};

const exportOwn = createRoute({
  method: "get",
  path: "/v1/account/export",
  operationId: "exportAccount",
  summary: "Everything the account holds but its pictures, as NDJSON",
  tags: ["Account"],
  security: [{ apiKey: [] }],
  responses: { 200: lines, ...problems(...keyProblems) },
});

const exportOther = createRoute({
  method: "get",
  path: "/v1/admin/accounts/{account}/export",
  operationId: "exportAccountByOperator",
  summary: "Everything an account holds but its pictures, as NDJSON",
  tags: ["Operators"],
  security: adminSecurity,
  request: { params: accountParam },
  responses: { 200: lines, ...problems("admin_secret_invalid", "account_not_found") },
});

/** What takes an account elsewhere. */
export function exportRoutes(app: OpenAPIHono<AppEnv>): void {
  // Documented apart from their handlers: the typed ones take every kind of JSON for a single value.
  app.openAPIRegistry.registerPath(exportOwn);
  app.openAPIRegistry.registerPath(exportOther);
  app.get("/v1/account/export", authenticated, async (c) => {
    const { id, account, keyHash } = c.var.caller;
    return c.body(await exported(c.env, id, account, keyHash), 200, headersOf(id));
  });

  app.get("/v1/admin/accounts/:account/export", adminOnly, async (c) => {
    const id = c.req.param("account");
    const body = await exported(c.env, id, knownAccount(c.env, id), null);
    return c.body(body, 200, headersOf(id));
  });
}

/** Streams the account page by page, and then what was archived of it; no more than a page is held. */
async function exported(
  env: Env,
  id: string,
  account: DurableObjectStub<AccountObject>,
  keyHash: string | null,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  // The first page is read before anything is answered, so that a refusal is one.
  let page: ExportPage | null = unwrap(await account.exportPage(keyHash, null));
  const archives = archived(env.BUCKET, id);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (page === null) {
        const piece = await archives.next();
        if (piece.done) controller.close();
        else controller.enqueue(piece.value);
        return;
      }
      const { lines: some, next } = page;
      controller.enqueue(encoder.encode(some.map((line) => `${line}\n`).join("")));
      page = next === null ? null : unwrap(await account.exportPage(keyHash, next));
    },
  });
}

function headersOf(account: string) {
  return {
    "content-type": "application/x-ndjson",
    "content-disposition": `attachment; filename="${account}.ndjson"`,
    "cache-control": "private, no-store",
  };
}

/** What was archived, oldest first. */
async function* archived(bucket: R2Bucket, account: string): AsyncGenerator<Uint8Array, void> {
  let cursor: string | undefined;
  do {
    const prefix = archivePrefix(account);
    const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) {
      const object = await bucket.get(key);
      if (object !== null) yield new Uint8Array(await object.arrayBuffer());
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
