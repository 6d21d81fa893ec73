import type { Account } from "../../schemas/account.ts";
import { mintWebhookSecret } from "../deliver/signature.ts";
import { accountMarkKey } from "../images/object-keys.ts";
import { regionOf } from "../keys/account-id.ts";
import { accountObject } from "../services.ts";
import { addAccount } from "./accounts.ts";

/** Creates the account of a fresh id. */
export async function openAccount(env: Env, id: string): Promise<Account> {
  // The mark comes first: from the marks the directory can always be rebuilt.
  await env.BUCKET.put(accountMarkKey(id), JSON.stringify({ id, region: regionOf(id) }));
  await addAccount(env.DIRECTORY, id, Date.now());
  const secret = mintWebhookSecret((into) => crypto.getRandomValues(into));
  return accountObject(env.ACCOUNT, id).create(id, secret);
}

/** Whether an account was deleted, as its mark says. */
export async function wasDeleted(env: Env, id: string): Promise<boolean> {
  const mark = await env.BUCKET.head(accountMarkKey(id));
  return mark?.customMetadata?.["status"] === "deleted";
}
