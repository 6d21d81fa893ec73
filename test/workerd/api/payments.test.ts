import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../schemas/account.ts";
import * as api from "../harness/api.ts";

const secret = "whsec_test_secret_of_stripe";

async function notify(account: string, session: object, key = secret): Promise<Response> {
  const object = {
    ...{ id: "cs_1", payment_status: "paid", client_reference_id: account },
    ...{ amount_total: 500, currency: "usd", ...session },
  };
  const body = JSON.stringify({ type: "checkout.session.completed", data: { object } });
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex");
  return api.send("POST", "/v1/payments/stripe", {
    body,
    headers: {
      "content-type": "application/json",
      "stripe-signature": `t=${seconds},v1=${signature}`,
    },
    environment: { STRIPE_WEBHOOK_SECRET: secret },
  });
}

async function available(key: string): Promise<number> {
  const account = await api.send("GET", "/v1/account", { token: key });
  return (await account.json<Account>()).balance.available;
}

describe("a payment that Stripe tells of", () => {
  it("is granted once, however often it is told", async () => {
    const { id, key } = await api.customer(0);
    const answers = await Promise.all([1, 2, 3].map(() => notify(id, {})));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await available(key)).toBe(5_000_000);
    expect((await notify(id, { id: "cs_2" })).status).toBe(200);
    expect(await available(key)).toBe(10_000_000);
  });

  it("moves nothing when it is forged, of no account here, or another one under the same id", async () => {
    const { id, key } = await api.customer(0);
    const codeOf = async (answer: Promise<Response>) => (await api.problemOf(await answer)).code;
    expect(await codeOf(notify(id, {}, "whsec_guess"))).toBe("payment_unverified");
    expect(await codeOf(notify("w00000000000000000000000", {}))).toBe("account_not_found");
    await notify(id, {});
    expect(await codeOf(notify(id, { amount_total: 900 }))).toBe("grant_conflict");
    expect(await available(key)).toBe(5_000_000);
  });

  it("finds nothing here where no secret is set", async () => {
    const answer = await api.send("POST", "/v1/payments/stripe", { json: {} });
    expect(await api.problemOf(answer)).toMatchObject({ code: "route_unknown" });
  });
});
