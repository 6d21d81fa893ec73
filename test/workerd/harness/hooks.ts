import { Webhook } from "standardwebhooks";
import type { WebhookEvent } from "../../../schemas/webhook-event.ts";
import type { CreatedWebhookEndpoint } from "../../../schemas/webhook-endpoint.ts";
import { send } from "./api.ts";
import type { Received } from "./outside.ts";

/** An address of the scripted receiver that answers with this status and belongs to one test alone. */
export function hookUrl(status: number): string {
  return `https://hooks.example.org/${status}/${crypto.randomUUID()}`;
}

/** Adds an endpoint to an account. */
export async function createEndpoint(
  token: string,
  url: string,
  ...events: string[]
): Promise<CreatedWebhookEndpoint> {
  const answer = await send("POST", "/v1/webhook-endpoints", { token, json: { url, events } });
  return answer.json<CreatedWebhookEndpoint>();
}

/** What came to an address, once at least so many requests did. */
export async function receivedAt(url: string, count = 1): Promise<Received[]> {
  for (let look = 0; look < 500; look++) {
    const received = await (await fetch(url)).json<Received[]>();
    if (received.length >= count) return received;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`fewer than ${count} webhooks came`);
}

/** The event of a request, verified with the official library of Standard Webhooks. */
export function verified(secret: string, { headers, body }: Received): WebhookEvent {
  return new Webhook(secret).verify(body, headers) as WebhookEvent;
}
