import { Webhook } from "standardwebhooks";

/** What is signed: the event's id, the time of this try and the frozen payload. */
export interface Signed {
  readonly id: string;
  readonly at: Date;
  readonly payload: string;
}

/**
 * The headers of Standard Webhooks 1.0: the id stays over tries, the time (whole seconds) is this try's, and there is
 * one signature for each secret in force, newest first.
 */
export function signedHeaders(
  secrets: readonly string[],
  { id, at, payload }: Signed,
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets
      .map((secret) => new Webhook(secret).sign(id, at, payload))
      .join(" "),
  };
}

/** A fresh signing secret: 32 random bytes. */
export function mintWebhookSecret(
  random: (into: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): string {
  return `whsec_${Buffer.from(random(new Uint8Array(32))).toString("base64")}`;
}
