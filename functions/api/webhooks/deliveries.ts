import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Delivery, DeliveryList } from "../../../schemas/delivery.ts";
import { WebhookEvent } from "../../../schemas/webhook-event.ts";
import type { AppEnv } from "../app-env.ts";
import { authenticated } from "../authenticate.ts";
import { keyProblems, problems } from "../problem-response.ts";
import { carryOut } from "./procedure.ts";

const tags = ["Webhooks"];
const security = [{ apiKey: [] }];
const middleware = authenticated;
const delivery = { "application/json": { schema: Delivery } };
const params = z.object({ id: z.string().openapi({ example: "dlv_01k9qz4w6h8v3m5n7p2r4t6x8z" }) });

/** Which page of a delivery log is asked for. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.string().max(64).optional(),
});

const get = createRoute({
  method: "get",
  path: "/v1/deliveries/{id}",
  operationId: "getDelivery",
  summary: "A delivery as it is now",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    200: { description: "The delivery", content: delivery },
    ...problems(...keyProblems, "delivery_not_found"),
  },
});

const redeliver = createRoute({
  method: "post",
  path: "/v1/deliveries/{id}/redeliver",
  operationId: "redeliver",
  summary: "Send an event again, or try a pending delivery at once",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    202: { description: "The delivery that is on its way", content: delivery },
    ...problems(
      ...keyProblems,
      "delivery_not_found",
      "delivery_payload_gone",
      "webhook_endpoint_disabled",
    ),
  },
});

const ofEdit = createRoute({
  method: "get",
  path: "/v1/edits/{id}/deliveries",
  operationId: "listEditDeliveries",
  summary: "What was sent of an edit's events, newest first",
  tags,
  security,
  middleware,
  request: { params: z.object({ id: z.string() }), query: pageQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: DeliveryList } } },
    ...problems(...keyProblems, "edit_not_found", "edit_deleted", "request_invalid"),
  },
});

/** Events on their way to customers. */
export function deliveryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerWebhook({
    method: "post",
    path: "event",
    operationId: "receiveEvent",
    summary: "What an endpoint, or an edit's own webhook, is sent",
    tags,
    request: {
      headers: z.object({
        "webhook-id": z.string(),
        "webhook-timestamp": z.string(),
        "webhook-signature": z.string(),
      }),
      body: { content: { "application/json": { schema: WebhookEvent } }, required: true },
    },
    responses: { "2XX": { description: "Taken. Anything else is tried again." } },
  });

  app.openapi(get, async (c) =>
    c.json(await carryOut(c, "delivery", { id: c.req.valid("param").id }), 200),
  );

  app.openapi(redeliver, async (c) =>
    c.json(await carryOut(c, "redeliver", { id: c.req.valid("param").id }), 202),
  );

  app.openapi(ofEdit, async (c) => {
    const { id } = c.req.valid("param");
    const page = await carryOut(c, "editDeliveries", { id, ...c.req.valid("query") });
    return c.json({ object: "list" as const, ...page }, 200);
  });
}
