import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { stripeReader } from "../../../functions/payments/stripe.ts";
import { isSignedByStripe } from "../../../functions/payments/stripe-signature.ts";

const secret = "whsec_test_secret";
const now = 1_767_225_600_000;
/** Made with `printf '1767225600.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret`. */
const vector = "f6ef300ec2c3f1ea8e4bc6d2a62975f58477d6fcd4bd03529a148873f625b1ca";
const body = '{"id":"evt_1"}';

describe("a Stripe signature", () => {
  const signs = (header: string | null, sent = body, at = now) =>
    isSignedByStripe(secret, header, sent, at);

  it("is taken as openssl makes it, beside others and other schemes", () => {
    expect(signs(`t=1767225600,v1=${vector}`)).toBe(true);
    expect(signs(`t=1767225600, v1=${"0".repeat(64)}, v1=${vector}, v0=abc`)).toBe(true);
  });

  it.each([
    ["another body", `t=1767225600,v1=${vector}`, `${body} `, now],
    ["another time", `t=1767225601,v1=${vector}`, body, now],
    ["the wrong scheme", `t=1767225600,v0=${vector}`, body, now],
    ["half a signature", `t=1767225600,v1=${vector.slice(0, 32)}`, body, now],
    ["no hex", `t=1767225600,v1=${"z".repeat(64)}`, body, now],
    ["no time", `v1=${vector}`, body, now],
    ["no header", null, body, now],
    ["an old one", `t=1767225600,v1=${vector}`, body, now + 301_000],
    ["one of the future", `t=1767225600,v1=${vector}`, body, now - 301_000],
  ])("is refused with %s", (_name, header, sent, at) => {
    expect(signs(header, sent, at)).toBe(false);
  });
});

describe("Stripe's notification", () => {
  const read = (event: unknown) => {
    const sent = typeof event === "string" ? event : JSON.stringify(event);
    const signature = createHmac("sha256", secret)
      .update(`${now / 1000}.${sent}`)
      .digest("hex");
    const reader = stripeReader({ secret, currency: "usd", microcreditsPerUnit: 10_000 });
    return reader({ body: sent, signature: `t=${now / 1000},v1=${signature}`, now });
  };
  const session = {
    id: "cs_1",
    payment_status: "paid",
    client_reference_id: "w1",
    amount_total: 2_500,
    currency: "usd",
  };
  const event = (object: object, type = "checkout.session.completed") => ({
    id: "evt_1",
    type,
    data: { object },
  });

  it.each(["checkout.session.completed", "checkout.session.async_payment_succeeded"])(
    "%s of a paid session is a payment of its account, named by the session",
    (type) => {
      expect(read(event(session, type))).toEqual({
        ok: true,
        value: { account: "w1", amount: 25_000_000, externalId: "stripe:cs_1" },
      });
    },
  );

  it("of anything else, or of a session not paid yet, is none", () => {
    for (const other of [
      event(session, "invoice.paid"),
      event({ ...session, payment_status: "unpaid" }),
      event({ ...session, amount_total: 0 }),
    ]) {
      expect(read(other)).toEqual({ ok: true, value: null });
    }
  });

  it("that cannot be credited is refused, so that somebody looks", () => {
    for (const other of [
      "not json",
      event({ id: "cs_1" }),
      event({ ...session, currency: "eur" }),
      event({ ...session, client_reference_id: null }),
      event({ ...session, amount_total: null }),
    ]) {
      expect(read(other)).toMatchObject({ problem: { code: "payment_unusable" } });
    }
  });
});
