import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { readConfiguration } from "../env.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { raise } from "../alerts.ts";
import { describeError, log } from "../log.ts";
import { stripeReader } from "../payments/stripe.ts";
import type { AppEnv } from "./app-env.ts";
import { jsonLimit } from "./json-body.ts";
import { knownAccount } from "./known-account.ts";
import { problems } from "./problem-response.ts";

const stripe = createRoute({
  method: "post",
  path: "/v1/payments/stripe",
  operationId: "receiveStripeEvent",
  summary: "Where Stripe tells of payments; each is granted once",
  tags: ["Operators"],
  request: {
    headers: z.object({ "stripe-signature": z.string().optional() }),
    body: {
      content: { "application/json": { schema: z.any().openapi({ type: "object" }) } },
      required: true,
    },
  },
  responses: {
    200: {
      description: "It is granted, or there was nothing to grant",
      content: { "application/json": { schema: z.object({ received: z.literal(true) }) } },
    },
    ...problems(
      "route_unknown",
      "payment_unverified",
      "payment_unusable",
      "account_not_found",
      "grant_conflict",
      "body_too_large",
    ),
  },
});

/** Turns payments into grants; the ledger takes each payment once, however often it is told. */
export function paymentRoutes(app: OpenAPIHono<AppEnv>): void {
  // Documented apart from its handler: the signature is over the body as it came.
  app.openAPIRegistry.registerPath(stripe);
  app.post("/v1/payments/stripe", jsonLimit, async (c) => {
    const configuration = readConfiguration(c.env);
    const secret = configuration.STRIPE_WEBHOOK_SECRET;
    if (secret === "") {
      throw new ProblemError({
        code: "route_unknown",
        detail: "This deployment takes no payments: STRIPE_WEBHOOK_SECRET is not set.",
      });
    }
    const read = stripeReader({
      secret,
      currency: configuration.STRIPE_CURRENCY,
      microcreditsPerUnit: configuration.STRIPE_MICROCREDITS_PER_UNIT,
    });
    const notice = read({
      body: await c.req.text(),
      signature: c.req.header("stripe-signature") ?? null,
      now: Date.now(),
    });
    if (!notice.ok) raise("payment.refused", { reason: notice.problem.code });
    const payment = unwrap(notice);
    if (payment !== null) {
      const { account, amount, externalId } = payment;
      try {
        unwrap(await knownAccount(c.env, account).post({ kind: "grant", amount, externalId }));
      } catch (error) {
        const reason = error instanceof ProblemError ? error.refusal.code : describeError(error);
        raise("payment.refused", { reason, payment: externalId });
        throw error;
      }
      log("info", "payment.granted", { account, amount, payment: externalId });
    }
    return c.json({ received: true as const }, 200);
  });
}
