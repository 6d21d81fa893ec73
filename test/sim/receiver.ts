import { createHmac } from "node:crypto";
import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import type { World } from "./world.ts";

type Answer =
  | { readonly status: number; readonly headers: Record<string, string> }
  | "slow"
  | "unreachable";

/** A customer's server: it remembers what reached it, and is at times down, slow, gone or misled. */
export class Receiver {
  readonly host: string;
  readonly account: string;
  /** `webhook-id`s that were answered with a 2xx. */
  readonly taken = new Set<string>();
  /** `webhook-id`s that were refused for good. */
  readonly refused = new Set<string>();
  #world: World;
  #secret: string;
  #downUntil = 0;

  constructor(world: World, host: string, account: string, secret: string) {
    this.#world = world;
    this.host = host;
    this.account = account;
    this.#secret = secret;
  }

  receive(request: RequestInit): Answer {
    const { clock, faults, random } = this.#world;
    if (clock.now < this.#downUntil) {
      return random.chance(0.5) ? "unreachable" : { status: 503, headers: {} };
    }
    if (faults.strikes("receiver_down")) {
      this.#downUntil = clock.now + random.between(0, random.pick(this.#world.outages));
      const after = random.chance(0.3) ? { "retry-after": "7200" } : {};
      return { status: 503, headers: after };
    }
    if (faults.strikes("receiver_slow")) return "slow";
    const id = this.#read(request);
    if (faults.strikes("receiver_gone")) {
      this.refused.add(id);
      return { status: 410, headers: {} };
    }
    if (faults.strikes("receiver_redirects")) {
      return { status: 302, headers: { location: "https://elsewhere.com/" } };
    }
    this.taken.add(id);
    return faults.strikes("receiver_answer_lost")
      ? "unreachable"
      : { status: random.pick([200, 202, 204]), headers: {} };
  }

  /** The id of a message that is what it says: signed for this account, and of an event that is committed. */
  #read(request: RequestInit): string {
    const headers = request.headers as Record<string, string>;
    const id = headers["webhook-id"] ?? "";
    const body = request.body as string;
    const signed = `${id}.${headers["webhook-timestamp"]}.${body}`;
    const key = Buffer.from(this.#secret.replace("whsec_", ""), "base64");
    const signature = createHmac("sha256", key).update(signed).digest("base64");
    if (headers["webhook-signature"] !== `v1,${signature}`) {
      this.#world.violate(`${id} came with a signature that does not verify`);
    }
    this.#world.witness.eventArrives(this.account, JSON.parse(body) as WebhookEvent, body);
    return id;
  }
}
