import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import { InlayError } from "./errors.ts";

/** A request that claims to be a webhook is not, or is too old. */
export class WebhookVerificationError extends InlayError {
  override name = "WebhookVerificationError";
}

type Headers_ = Headers | Readonly<Record<string, string | string[] | undefined>>;

/**
 * The event of a webhook's request: the raw body, before anything parsed it, verified by Standard Webhooks 1.0.
 * `secrets` is the endpoint's, or several while one replaces another.
 *
 * @throws {WebhookVerificationError} where no secret has signed it, or its time is more than 5 minutes away from `now`.
 */
export async function verifyWebhook(
  body: string,
  headers: Headers_,
  secrets: string | readonly string[],
  now: number = Date.now(),
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(
    (name) => headerOf(headers, name),
  );
  if (!id || !timestamp || !signatures) {
    throw new WebhookVerificationError("The request has no webhook-id, -timestamp and -signature.");
  }
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= 300)) {
    throw new WebhookVerificationError("The webhook's time is more than 5 minutes away from now.");
  }
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const key = await keyOf(secret);
    for (const signature of signatures.split(" ").filter((one) => one.startsWith("v1,"))) {
      const bytes = fromBase64(signature.slice(3));
      // Compares in constant time.
      if (bytes !== null && (await crypto.subtle.verify("HMAC", key, bytes, signed))) {
        return JSON.parse(body) as WebhookEvent;
      }
    }
  }
  throw new WebhookVerificationError("No secret has signed this webhook.");
}

function headerOf(headers: Headers_, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  if (bytes === null) throw new WebhookVerificationError("The secret is not whsec_ and base64.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
