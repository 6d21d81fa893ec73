export * from "./errors.ts";
export { Inlay } from "./inlay.ts";
export type { EditNews, EditParameters, EditQuery, Picture } from "./edits.ts";
export type { ClientOptions } from "./transport.ts";
export { verifyWebhook, WebhookVerificationError } from "./webhooks.ts";
