import { z } from "@hono/zod-openapi";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { Payment, PaymentReader } from "./payment.ts";
import { isSignedByStripe } from "./stripe-signature.ts";

/** How a deployment sells credits through Stripe Checkout. */
export interface StripeSettings {
  /** The secret of the webhook endpoint, `whsec_...`. */
  readonly secret: string;
  /** The only currency that is credited, as Stripe writes it (`usd`). */
  readonly currency: string;
  /** Micro-credits for the currency's smallest unit. */
  readonly microcreditsPerUnit: number;
}

/** The part of an event that a payment is read from; Stripe adds fields at will. */
const StripeEvent = z.object({
  type: z.string(),
  data: z.object({ object: z.unknown() }),
});
const CheckoutSession = z.object({
  id: z.string().min(1).max(180),
  payment_status: z.string(),
  client_reference_id: z.string().nullish(),
  amount_total: z.int().nullable(),
  currency: z.string().nullable(),
});

/** The events that a finished Checkout sends: at once, or once a slow payment method has paid. */
const paidBy = ["checkout.session.completed", "checkout.session.async_payment_succeeded"];

/**
 * Reads Stripe's notifications: a paid Checkout session becomes a payment of the account in its `client_reference_id`.
 * Both events of a session name the same payment.
 */
export function stripeReader(settings: StripeSettings): PaymentReader {
  return ({ body, signature, now }) => {
    if (!isSignedByStripe(settings.secret, signature, body, now)) {
      return err({
        code: "payment_unverified",
        detail: "The Stripe-Signature does not sign this body, or is older than five minutes.",
      });
    }
    const event = StripeEvent.safeParse(parsedJson(body));
    if (!event.success) return err(unusable("it is no event of Stripe's"));
    if (!paidBy.includes(event.data.type)) return ok(null);
    const session = CheckoutSession.safeParse(event.data.data.object);
    if (!session.success) return err(unusable("it holds no Checkout session"));
    return paymentOf(session.data, settings);
  };
}

function paymentOf(
  session: z.infer<typeof CheckoutSession>,
  { currency, microcreditsPerUnit }: StripeSettings,
): Result<Payment | null, Refusal> {
  const { id, client_reference_id: account, amount_total: paid } = session;
  if (session.payment_status !== "paid" || paid === 0) return ok(null);
  if (!account) return err(unusable("its client_reference_id names no account"));
  if (paid === null || session.currency !== currency) {
    return err(unusable(`it is not in ${currency}`));
  }
  return ok({ account, amount: paid * microcreditsPerUnit, externalId: `stripe:${id}` });
}

function unusable(why: string): Refusal {
  return {
    code: "payment_unusable",
    detail: `The payment cannot be credited: ${why}. Credit it by hand, or send it back.`,
  };
}

function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
