import { createHash, timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { readConfiguration } from "../env.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { isGenuineAccountId } from "../keys/account-id.ts";
import { hashApiKey, parseApiKey } from "../keys/api-key.ts";
import { presentKey } from "../keys/presented-key.ts";
import { accountStub } from "../services.ts";
import type { AppEnv } from "./app-env.ts";
import { scopeOf } from "./scopes.ts";

/**
 * Tells who calls, from `Authorization: Bearer <key>`. A mistyped key fails its checksum and a made-up one its
 * account's proof, both here, before any object is addressed. Whether the key is in force, the account says with its
 * answer.
 */
export const authenticated = createMiddleware<AppEnv>(async (c, next) => {
  const key = bearer(c.req.header("authorization"));
  if (key === null) {
    throw new ProblemError({
      code: "key_missing",
      detail: "Send your API key in the header Authorization: Bearer inlay_live_...",
    });
  }
  const parsed = parseApiKey(key);
  const { ACCOUNT_ID_SECRET } = readConfiguration(c.env);
  if (parsed === null || !isGenuineAccountId(ACCOUNT_ID_SECRET, parsed.account)) {
    throw new ProblemError({
      code: "key_invalid",
      detail: "The key's checksum is wrong or it belongs elsewhere. Copy it again, whole.",
    });
  }
  c.set("caller", {
    id: parsed.account,
    keyHash: presentKey(hashApiKey(key), scopeOf(c)),
    account: accountStub(c.env.ACCOUNT, parsed.account),
  });
  await next();
});

/** Asks the account whether the caller's key is in force, before anything is made of a request's body. */
export const keyInForce = createMiddleware<AppEnv>(async (c, next) => {
  const { account, keyHash } = c.var.caller;
  unwrap(await account.account(keyHash));
  await next();
});

/** Lets operators in, by the deployment's admin secret. */
export const adminOnly = createMiddleware<AppEnv>(async (c, next) => {
  const given = bearer(c.req.header("authorization")) ?? "";
  if (!sameSecret(readConfiguration(c.env).ADMIN_SECRET, given)) {
    throw new ProblemError({
      code: "admin_secret_invalid",
      detail: "Send the deployment's ADMIN_SECRET in the header Authorization: Bearer ...",
    });
  }
  await next();
});

/** The token of a bearer header; null where there is none. */
export function bearer(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1] ?? null;
}

/** Compares secrets of any length in constant time, by their hashes. */
export function sameSecret(expected: string, given: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
