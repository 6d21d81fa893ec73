import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { previewKey } from "../../images/object-keys.ts";
import type { AppEnv } from "../app-env.ts";
import { clientAuthenticated } from "../authenticate.ts";
import { clientProblems, problems } from "../problem-response.ts";

const getPreview = createRoute({
  method: "get",
  path: "/v1/edits/{id}/preview",
  operationId: "getPreview",
  summary: "The newest preview of a running edit",
  tags: ["Edits"],
  security: [{ apiKey: [] }, { clientToken: [] }],
  middleware: clientAuthenticated,
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: {
      description: "A small picture of the edit as it is now",
      content: { "image/*": { schema: z.any().openapi({ type: "string", format: "binary" }) } },
    },
    ...problems(
      ...clientProblems,
      "edit_not_found",
      "edit_deleted",
      "edit_archived",
      "preview_not_found",
    ),
  },
});

/** What an edit looks like while it is made: the latest wins, and none outlives the run. */
export function previewRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(getPreview, async (c) => {
    const { id: account, account: stub, credential } = c.var.caller;
    const { id } = c.req.valid("param");
    c.set("edit", id);
    const attempt = unwrap(await stub.previewedAttempt(credential, id));
    const object = await c.env.BUCKET.get(previewKey(account, id, attempt));
    if (object === null) {
      throw new ProblemError({
        code: "preview_not_found",
        detail: "There is no preview yet. Ask again in a moment.",
      });
    }
    return c.body(object.body, 200, {
      "content-type": object.httpMetadata?.contentType ?? "application/octet-stream",
      "content-length": String(object.size),
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    });
  });
}
