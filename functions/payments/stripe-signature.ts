import { createHmac, timingSafeEqual } from "node:crypto";

/** How far the sender's clock may be from ours, in seconds. */
const tolerance = 300;

/**
 * Whether `Stripe-Signature` (`t=...,v1=...`, several `v1` while a secret is rolled) signs this body: HMAC-SHA256 of
 * `t.body` under the endpoint's secret, in hex, at most five minutes old. Source: docs.stripe.com/webhooks/signature.
 */
export function isSignedByStripe(
  secret: string,
  header: string | null,
  body: string,
  now: number,
): boolean {
  const pairs = (header ?? "").split(",").map((pair) => pair.trim().split("="));
  const of = (scheme: string) =>
    pairs.filter(([name]) => name === scheme).map(([, value]) => value ?? "");
  const [timestamp = ""] = of("t");
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > tolerance) return false;
  const expected = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest();
  return of("v1").some((given) => {
    const bytes = Buffer.from(given, "hex");
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}
