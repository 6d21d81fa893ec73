import { cors } from "hono/cors";
import type { AppEnv } from "./app-env.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";

/** What apps may ask for from a web page: the routes that client tokens are for, and signed URLs. */
const paths = [
  "/v1/edits",
  "/v1/edits/:id",
  "/v1/edits/:id/cancel",
  "/v1/edits/:id/events",
  "/v1/edits/:id/preview",
  "/v1/uploads",
  "/v1/uploads/:id",
  "/v1/uploads/:id/sign",
  "/v1/uploads/:id/complete",
  "/files/upload/*",
  "/files/result/*",
];

/**
 * Lets pages of any origin call these routes. Who calls is told by the bearer token or the signed URL alone: there are no
 * cookies, and none are allowed.
 */
export function allowBrowsers(app: OpenAPIHono<AppEnv>): void {
  const anyOrigin = cors({
    origin: "*",
    allowMethods: ["GET", "POST", "PUT", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "last-event-id", "prefer"],
    exposeHeaders: [
      "etag",
      "idempotent-replayed",
      "location",
      "preference-applied",
      "ratelimit",
      "ratelimit-policy",
      "retry-after",
      "x-request-id",
    ],
    maxAge: 86_400,
  });
  for (const path of paths) app.use(path, anyOrigin);
}
