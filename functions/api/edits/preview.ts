import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { ProblemError } from "../../errors/problem-error.ts";
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
  request: {
    params: z.object({ id: z.string() }),
    headers: z.object({
      prefer: z.string().optional().openapi({
        example: "return=minimal",
        description:
          "With `return=minimal`, a preview that is not there yet is no error but a 204.",
      }),
    }),
  },
  responses: {
    204: { description: "There is none, under Prefer: return=minimal" },
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

const minimal = /(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:$|[,;])/i;
const notYet = {
  code: "preview_not_found",
  detail: "There is no preview yet. Ask again in a moment.",
} as const;

/** What an edit looks like while it is made: the latest wins, and none outlives the run. */
export function previewRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(getPreview, async (c) => {
    const { id: account, account: stub, credential } = c.var.caller;
    const { id } = c.req.valid("param");
    c.set("edit", id);
    const attempt = await stub.previewedAttempt(credential, id);
    const none = attempt.ok ? notYet : attempt.problem;
    const object = attempt.ok
      ? await c.env.BUCKET.get(previewKey(account, id, attempt.value))
      : null;
    if (object === null) {
      if (none.code !== "preview_not_found" || !minimal.test(c.req.header("prefer") ?? "")) {
        throw new ProblemError(none);
      }
      c.header("preference-applied", "return=minimal");
      return c.body(null, 204);
    }
    return c.body(object.body, 200, {
      "content-type": object.httpMetadata?.contentType ?? "application/octet-stream",
      "content-length": String(object.size),
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    });
  });
}
