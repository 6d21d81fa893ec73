import type { Edit } from "../../../schemas/edit.ts";
import type { Problem } from "../../../schemas/problem.ts";
import type { Upload } from "../../../schemas/upload.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { createEndpoint } from "../harness/hooks.ts";
import type { Receiver } from "./receiver.ts";

/** A customer with an endpoint that takes every event, an address for edits' own webhooks, and pictures sent ahead. */
export interface Shop extends api.Customer {
  readonly granted: number;
  readonly endpoint: string;
  readonly webhook: string;
  readonly pictures: { readonly image: string; readonly mask: string };
}

/** One edit that a shop wants, under one idempotency key for as often as it has to ask. */
export interface Order {
  readonly shop: Shop;
  readonly key: string;
  readonly n: number;
  readonly multipart: boolean;
  readonly ownWebhook: boolean;
  readonly canceled: boolean;
  /** The edit, once the shop was told that it is accepted. */
  edit: string | null;
}

/** Opens a shop whose servers are the receiver's. */
export async function openShop(receiver: Receiver): Promise<Shop> {
  const granted = 10_000_000;
  const customer = await api.customer(granted);
  const { id, key } = customer;
  await api.send("PUT", `/v1/admin/accounts/${id}/limits`, {
    token: api.adminSecret,
    json: { creates_per_minute: 60_000, unfinished_edits: 10_000 },
  });
  const endpoint = `https://hooks.example.org/${id}/all`;
  receiver.expect(endpoint, (await createEndpoint(key, endpoint, "*")).secret);
  const webhook = `https://hooks.example.org/${id}/own`;
  const secret = await api.send("GET", "/v1/webhooks/default/secret", { token: key });
  receiver.expect(webhook, (await secret.json<{ key: string }>()).key);
  const pictures = { image: await sendAhead(key), mask: await sendAhead(key) };
  return { ...customer, granted, endpoint, webhook, pictures };
}

async function sendAhead(key: string): Promise<string> {
  const made = await api.send("POST", "/v1/uploads", { token: key });
  const { id, upload_url } = await made.json<Upload>();
  await api.put(upload_url ?? "", png(640, 480));
  return id;
}

/** Asks for an order's edit until it is accepted, at most so many times; whether it was. */
export async function place(order: Order, tries: number): Promise<boolean> {
  for (let asked = 0; asked < tries; asked++) {
    if (asked > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      const answer = await ask(order);
      if (answer.status === 202) {
        order.edit = (await answer.json<Edit>()).id;
        return true;
      }
      const { code, status } = await answer.json<Problem>();
      if (status < 500 && code !== "idempotency_in_progress") throw new Refused(code);
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
  }
  return false;
}

/** A refusal that no fault explains. */
class Refused extends Error {}

function ask({ shop, key, n, multipart, ownWebhook }: Order): Promise<Response> {
  const headers = { "idempotency-key": key };
  const webhook = ownWebhook ? { webhook: shop.webhook } : {};
  if (multipart) return api.createEdit(shop.key, { n: String(n), ...webhook }, headers);
  const json = { ...shop.pictures, n, ...webhook };
  return api.send("POST", "/v1/edits", { token: shop.key, headers, json });
}
