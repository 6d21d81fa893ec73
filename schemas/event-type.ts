import { z } from "@hono/zod-openapi";

/** What happens to an edit: each change of its status. */
export const EditEventType = z.enum([
  "edit.queued",
  "edit.starting",
  "edit.processing",
  "edit.succeeded",
  "edit.failed",
  "edit.canceled",
  "edit.expired",
]);

/** What happens to a webhook endpoint; the test is sent to the one that it was asked of. */
export const EndpointEventType = z.enum(["endpoint.disabled", "webhook.test"]);

/** What happens to an account itself. */
export const AccountEventType = z.enum(["balance.low", "account.suspended", "account.resumed"]);
