import { Webhook } from "standardwebhooks";
import type { WebhookEvent } from "../../../schemas/webhook-event.ts";
import type { Random } from "../../sim/random.ts";

/** Customers' servers: each address verifies what comes with the official library of Standard Webhooks. */
export class Receiver {
  /** What came to each address and verified: the event by its `webhook-id`. */
  readonly received = new Map<string, Map<string, WebhookEvent>>();
  /** Requests whose signature did not verify. */
  forged = 0;
  /** Requests for an event that had come already. */
  repeated = 0;
  /** Requests that were answered with a failure, or not at all. */
  failed = 0;
  /** Whether some requests are to fail. */
  faulty = true;
  #random: Random;
  #secrets = new Map<string, string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Tells an address its secret. */
  expect(url: string, secret: string): void {
    this.#secrets.set(url, secret);
  }

  /** Takes a request: fails before it looks, or after it has taken the event, or answers 204. */
  async take(request: Request): Promise<Response> {
    const draw = this.faulty ? this.#random.next() : 1;
    if (draw < 0.05) {
      this.failed += 1;
      return new Response("not now", { status: 503 });
    }
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    try {
      const event = new Webhook(this.#secrets.get(request.url) ?? "").verify(body, headers);
      const events = this.received.get(request.url) ?? new Map<string, WebhookEvent>();
      this.received.set(request.url, events);
      const id = headers["webhook-id"] ?? "";
      if (events.has(id)) this.repeated += 1;
      events.set(id, event as WebhookEvent);
    } catch {
      this.forged += 1;
      return new Response("not for me", { status: 400 });
    }
    if (draw > 0.08) return new Response(null, { status: 204 });
    this.failed += 1;
    throw new Error("Network connection lost.");
  }
}
