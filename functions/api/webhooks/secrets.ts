import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { WebhookSecret } from "../../../schemas/account.ts";
import { RotatedSecret } from "../../../schemas/webhook-endpoint.ts";
import { mintWebhookSecret } from "../../deliver/signature.ts";
import type { AppEnv } from "../app-env.ts";
import { authenticated } from "../authenticate.ts";
import { keyProblems, problems } from "../problem-response.ts";
import { carryOut } from "./procedure.ts";

const tags = ["Webhooks"];
const security = [{ apiKey: [] }];
const middleware = authenticated;
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const params = z.object({ id: z.string() });
const known = problems(...keyProblems, "webhook_endpoint_not_found");

const secret = createRoute({
  method: "get",
  path: "/v1/webhook-endpoints/{id}/secret",
  operationId: "getWebhookEndpointSecret",
  summary: "The secret that signs what is sent to the endpoint",
  tags,
  security,
  middleware,
  request: { params },
  responses: { 200: { description: "The secret", content: json(WebhookSecret) }, ...known },
});

const rotate = createRoute({
  method: "post",
  path: "/v1/webhook-endpoints/{id}/rotate-secret",
  operationId: "rotateWebhookEndpointSecret",
  summary: "Replace the endpoint's secret; the one before signs as well for 24 hours",
  tags,
  security,
  middleware,
  request: { params },
  responses: { 200: { description: "The new secret", content: json(RotatedSecret) }, ...known },
});

const rotateDefault = createRoute({
  method: "post",
  path: "/v1/webhooks/default/rotate-secret",
  operationId: "rotateWebhookSecret",
  summary: "Replace the secret that signs edits' own webhooks; the one before signs for 24 hours",
  tags,
  security,
  middleware,
  responses: {
    200: { description: "The new secret", content: json(RotatedSecret) },
    ...problems(...keyProblems),
  },
});

/** The secrets that sign webhooks: an endpoint's own, and the account's for edits' own webhooks. */
export function webhookSecretRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(secret, async (c) =>
    c.json({ key: await carryOut(c, "endpointSecret", { id: c.req.valid("param").id }) }, 200),
  );

  app.openapi(rotate, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await carryOut(c, "rotateSecret", { id, secret: freshSecret() }), 200);
  });

  app.openapi(rotateDefault, async (c) =>
    c.json(await carryOut(c, "rotateDefaultSecret", { secret: freshSecret() }), 200),
  );
}

/** A fresh secret, from this machine's randomness. */
export function freshSecret(): string {
  return mintWebhookSecret((into) => crypto.getRandomValues(into));
}
