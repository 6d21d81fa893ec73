import { routePath } from "hono/route";
import type { NeededScope, Scope } from "../../schemas/scope.ts";
import type { AppContext } from "./app-env.ts";

/** What a key needs for each route: the one table, enforced wherever a key is taken. */
export const routeScopes: Readonly<Record<string, Scope>> = {
  "POST /v1/edits": "edits:write",
  "GET /v1/edits": "edits:read",
  "GET /v1/edits/:id": "edits:read",
  "DELETE /v1/edits/:id": "edits:write",
  "POST /v1/edits/:id/cancel": "edits:write",
  "GET /v1/edits/:id/events": "edits:read",
  "GET /v1/edits/:id/preview": "edits:read",
  "POST /v1/uploads": "edits:write",
  "GET /v1/uploads/:id": "edits:read",
  "DELETE /v1/uploads/:id": "edits:write",
  "POST /v1/uploads/:id/sign": "edits:write",
  "POST /v1/uploads/:id/complete": "edits:write",
  // A token makes edits, and never does more.
  "POST /v1/client-tokens": "edits:write",

  "GET /v1/account": "account:read",
  "GET /v1/account/ledger": "account:read",
  "GET /v1/account/export": "account:read",
  "PUT /v1/account/settings": "account:write",
  "GET /v1/events": "account:read",

  "GET /v1/keys": "keys:read",
  "POST /v1/keys": "keys:write",
  "DELETE /v1/keys/:id": "keys:write",

  "GET /v1/webhook-endpoints": "webhooks:read",
  "POST /v1/webhook-endpoints": "webhooks:write",
  "GET /v1/webhook-endpoints/:id": "webhooks:read",
  "PATCH /v1/webhook-endpoints/:id": "webhooks:write",
  "DELETE /v1/webhook-endpoints/:id": "webhooks:write",
  "GET /v1/webhook-endpoints/:id/deliveries": "webhooks:read",
  "POST /v1/webhook-endpoints/:id/test": "webhooks:write",
  // A secret lets its holder sign.
  "GET /v1/webhook-endpoints/:id/secret": "webhooks:write",
  "POST /v1/webhook-endpoints/:id/rotate-secret": "webhooks:write",
  "GET /v1/webhooks/default/secret": "webhooks:write",
  "POST /v1/webhooks/default/rotate-secret": "webhooks:write",
  "GET /v1/edits/:id/deliveries": "webhooks:read",
  "GET /v1/deliveries/:id": "webhooks:read",
  "POST /v1/deliveries/:id/redeliver": "webhooks:write",

  // Compatible surfaces.
  "POST /v1/predictions": "edits:write",
  "POST /v1/models/:owner/:name/predictions": "edits:write",
  "POST /v1/deployments/:owner/:name/predictions": "edits:write",
  "GET /v1/predictions": "edits:read",
  "GET /v1/predictions/:id": "edits:read",
  "POST /v1/predictions/:id/cancel": "edits:write",
  "POST /v1/files": "edits:write",
  "GET /v1/files": "edits:read",
  "GET /v1/files/:id": "edits:read",
  "DELETE /v1/files/:id": "edits:write",

  "POST /v1/images/edits": "edits:write",
  "POST /v1/images/generations": "edits:write",

  "POST /fal/queue/:owner/:app": "edits:write",
  "GET /fal/queue/:owner/:app/requests/:id/status": "edits:read",
  "GET /fal/queue/:owner/:app/requests/:id/status/stream": "edits:read",
  "GET /fal/queue/:owner/:app/requests/:id": "edits:read",
  "PUT /fal/queue/:owner/:app/requests/:id/cancel": "edits:write",
  // Of the proxy the method decides, as behind it.
  "GET /fal/proxy": "edits:read",
  "POST /fal/proxy": "edits:write",
  "PUT /fal/proxy": "edits:write",

  "POST /v2beta/stable-image/edit/inpaint": "edits:write",
  "POST /v2beta/stable-image/edit/erase": "edits:write",
  "POST /v2beta/stable-image/edit/outpaint": "edits:write",
  "GET /v2beta/results/:id": "edits:read",
};

/** What the request's route needs. One that is not in the table takes keys that may do everything, and no others. */
export function scopeOf(c: AppContext): NeededScope {
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  return routeScopes[`${method} ${routePath(c, -1)}`] ?? "*";
}
