import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Delivery, DeliveryList } from "../../../schemas/delivery.ts";
import {
  CreatedWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpointList,
  WebhookEndpointRequest,
} from "../../../schemas/webhook-endpoint.ts";
import type { AppEnv } from "../app-env.ts";
import { authenticated, keyInForce } from "../authenticate.ts";
import { jsonBody, jsonProblems } from "../json-body.ts";
import { keyProblems, problems } from "../problem-response.ts";
import { checkEndpointUrl } from "./address.ts";
import { pageQuery } from "./deliveries.ts";
import { carryOut } from "./procedure.ts";
import { freshSecret } from "./secrets.ts";

const tags = ["Webhooks"];
const security = [{ apiKey: [] }];
const middleware = authenticated;
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const params = z.object({ id: z.string().openapi({ example: "whe_01k9qz4w6h8v3m5n7p2r4t6x8z" }) });
const known = problems(...keyProblems, "webhook_endpoint_not_found");
const path = "/v1/webhook-endpoints" as const;
const one = `${path}/{id}` as const;

const create = createRoute({
  method: "post",
  path,
  operationId: "createWebhookEndpoint",
  summary: "Have events sent to an address",
  tags,
  security,
  middleware: [authenticated, keyInForce, ...jsonBody] as const,
  request: { body: { content: json(WebhookEndpointRequest), required: true } },
  responses: {
    201: { description: "The endpoint, with its secret", content: json(CreatedWebhookEndpoint) },
    ...problems(
      ...keyProblems,
      ...jsonProblems,
      "webhook_url_not_allowed",
      "webhook_endpoints_too_many",
    ),
  },
});

const list = createRoute({
  method: "get",
  path,
  operationId: "listWebhookEndpoints",
  summary: "Your webhook endpoints, oldest first",
  tags,
  security,
  middleware,
  responses: {
    200: { description: "All of them", content: json(WebhookEndpointList) },
    ...problems(...keyProblems),
  },
});

const get = createRoute({
  method: "get",
  path: one,
  operationId: "getWebhookEndpoint",
  summary: "A webhook endpoint",
  tags,
  security,
  middleware,
  request: { params },
  responses: { 200: { description: "The endpoint", content: json(WebhookEndpoint) }, ...known },
});

const change = createRoute({
  method: "patch",
  path: one,
  operationId: "changeWebhookEndpoint",
  summary: "Change a webhook endpoint, disable it or enable it again",
  tags,
  security,
  middleware: [authenticated, keyInForce, ...jsonBody] as const,
  request: { params, body: { content: json(WebhookEndpointChange), required: true } },
  responses: {
    200: { description: "The endpoint", content: json(WebhookEndpoint) },
    ...problems(
      ...keyProblems,
      ...jsonProblems,
      "webhook_endpoint_not_found",
      "webhook_url_not_allowed",
    ),
  },
});

const remove = createRoute({
  method: "delete",
  path: one,
  operationId: "deleteWebhookEndpoint",
  summary: "Delete a webhook endpoint; what is on its way to it ends",
  tags,
  security,
  middleware,
  request: { params },
  responses: { 204: { description: "It is gone." }, ...known },
});

const test = createRoute({
  method: "post",
  path: `${one}/test`,
  operationId: "testWebhookEndpoint",
  summary: "Send the endpoint an event of type webhook.test",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    202: { description: "The delivery, on its way", content: json(Delivery) },
    ...problems(...keyProblems, "webhook_endpoint_not_found", "webhook_endpoint_disabled"),
  },
});

const deliveries = createRoute({
  method: "get",
  path: `${one}/deliveries`,
  operationId: "listWebhookEndpointDeliveries",
  summary: "What was sent to the endpoint, newest first",
  tags,
  security,
  middleware,
  request: { params, query: pageQuery },
  responses: {
    200: { description: "A page", content: json(DeliveryList) },
    ...problems(...keyProblems, "webhook_endpoint_not_found", "request_invalid"),
  },
});

/** Addresses that an account's events are sent to. */
export function webhookEndpointRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(create, async (c) => {
    const request = c.req.valid("json");
    await checkEndpointUrl(c, request.url);
    return c.json(await carryOut(c, "createEndpoint", { ...request, secret: freshSecret() }), 201);
  });

  app.openapi(list, async (c) => {
    const data = await carryOut(c, "listEndpoints", null);
    return c.json({ object: "list" as const, data }, 200);
  });

  app.openapi(get, async (c) =>
    c.json(await carryOut(c, "endpoint", { id: c.req.valid("param").id }), 200),
  );

  app.openapi(change, async (c) => {
    const wanted = c.req.valid("json");
    if (wanted.url !== undefined) await checkEndpointUrl(c, wanted.url);
    const { id } = c.req.valid("param");
    return c.json(await carryOut(c, "changeEndpoint", { id, change: wanted }), 200);
  });

  app.openapi(remove, async (c) => {
    await carryOut(c, "deleteEndpoint", { id: c.req.valid("param").id });
    return c.body(null, 204);
  });

  app.openapi(test, async (c) =>
    c.json(await carryOut(c, "testEndpoint", { id: c.req.valid("param").id }), 202),
  );

  app.openapi(deliveries, async (c) => {
    const { id } = c.req.valid("param");
    const page = await carryOut(c, "endpointDeliveries", { id, ...c.req.valid("query") });
    return c.json({ object: "list" as const, ...page }, 200);
  });
}
