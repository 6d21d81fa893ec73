import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { readConfiguration } from "../env.ts";
import type { AppEnv } from "./app-env.ts";
import { problems } from "./problem-response.ts";

const health = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["Service"],
  summary: "Whether the Worker is configured and answers",
  responses: {
    200: {
      description: "It is.",
      content: {
        "application/json": {
          schema: z.object({
            status: z.literal("ok"),
            provider: z.enum(["cog", "replicate"]),
            profile: z.string(),
          }),
        },
      },
    },
    ...problems(),
  },
});

/** `GET /health`. */
export function healthRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(health, (c) => {
    const { PROVIDER, PROFILE } = readConfiguration(c.env);
    return c.json({ status: "ok" as const, provider: PROVIDER, profile: PROFILE }, 200);
  });
}
