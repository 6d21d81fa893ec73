import { createHmac } from "node:crypto";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { maxKeys } from "../../../functions/account/keys.ts";
import { accountStub } from "../../../functions/services.ts";
import { limits } from "../../../schemas/limits.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import * as api from "../harness/api.ts";

async function admin(method: string, path: string, json?: unknown): Promise<Response> {
  return api.send(method, `/v1/admin/accounts${path}`, { token: api.adminSecret, json });
}

const stripeSecret = "whsec_test_secret_of_stripe";

/** An empty notification of a payment. */
async function payment(signature: string): Promise<Response> {
  return api.send("POST", "/v1/payments/stripe", {
    json: {},
    headers: { "stripe-signature": signature },
    environment: { STRIPE_WEBHOOK_SECRET: stripeSecret },
  });
}

/** How the codes of accounts, their money, limits and logs are met over HTTP. */
export const accountProvocations = {
  account_suspended: async () => {
    const { id, key } = await api.customer();
    await admin("PUT", `/${id}/suspension`, { reason: "unpaid invoices" });
    return api.createEdit(key);
  },
  grant_conflict: async () => {
    const { id } = await api.customer();
    return admin("POST", `/${id}/grants`, { amount: 5, external_id: `welcome-${id}` });
  },
  entry_conflict: async () => {
    const { id } = await api.customer();
    return admin("POST", `/${id}/refunds`, { amount: 5, external_id: `welcome-${id}` });
  },
  balance_exceeded: async () => {
    const { id } = await api.customer(10);
    return admin("POST", `/${id}/adjustments`, { amount: -11, external_id: "chargeback" });
  },
  payment_unverified: () => payment("t=1,v1=00"),
  payment_unusable: () => {
    const seconds = String(Math.floor(Date.now() / 1000));
    const hmac = createHmac("sha256", stripeSecret).update(`${seconds}.{}`).digest("hex");
    return payment(`t=${seconds},v1=${hmac}`);
  },
  key_scope_missing: async () => {
    const { key } = await api.scopedKey(await api.customer(), "edits:read");
    return api.createEdit(key);
  },
  keys_too_many: async () => {
    const { key } = await api.customer();
    const more = () => api.send("POST", "/v1/keys", { token: key, json: { name: "one more" } });
    for (let made = 1; made < maxKeys; made++) await more();
    return more();
  },
  creates_too_fast: async () => {
    const { id, key } = await api.customer();
    await admin("PUT", `/${id}/limits`, { creates_per_minute: 1 });
    await api.createEdit(key);
    return api.createEdit(key);
  },
  events_gone: async () => {
    const { id, key } = await api.customer();
    await api.createEdit(key);
    await runInDurableObject(accountStub(env.ACCOUNT, id), (_account, state) => {
      state.storage.sql.exec("DELETE FROM events");
    });
    return api.send("GET", "/v1/events?after=0", { token: key });
  },
  streams_too_many: async () => {
    const { id, key } = await api.customer();
    await runInDurableObject(accountStub(env.ACCOUNT, id), (_account, state) => {
      for (let reader = 0; reader < limits.eventStreams; reader++) {
        state.acceptWebSocket(new WebSocketPair()[1]);
      }
    });
    const headers = { accept: "text/event-stream" };
    return api.send("GET", "/v1/events", { token: key, headers });
  },
  edit_archived: async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
    const stub = accountStub(env.ACCOUNT, account);
    await runInDurableObject(stub, async (_account, state) => {
      state.storage.sql.exec("UPDATE edits SET completed_at = 1, purge_at = NULL");
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    return api.send("DELETE", `/v1/edits/${id}`, { token: key });
  },
} satisfies Partial<Record<ProblemCode, () => Promise<Response>>>;
