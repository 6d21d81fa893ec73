import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { EditTask, Sampler } from "../../schemas/edit.ts";
import { profileOf } from "../../schemas/profile.ts";
import { readConfiguration } from "../env.ts";
import type { AppEnv } from "./app-env.ts";
import { problems } from "./problem-response.ts";

const health = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["Service"],
  summary: "Whether the Worker is configured and answers, and what its profile serves",
  responses: {
    200: {
      description: "It is.",
      content: {
        "application/json": {
          schema: z.object({
            status: z.literal("ok"),
            provider: z.enum(["cog", "replicate"]),
            profile: z.string(),
            tasks: z.array(EditTask).openapi({ description: "What the profile can do" }),
            samplers: z.array(Sampler),
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
    const { tasks, samplers } = profileOf(PROFILE);
    const answer = { status: "ok" as const, provider: PROVIDER, profile: PROFILE, tasks, samplers };
    return c.json(answer, 200);
  });
}
