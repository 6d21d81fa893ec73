import { createHash, timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { tokenExpired } from "../account/credential.ts";
import { raise } from "../alerts.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { isGenuineAccountId } from "../keys/account-id.ts";
import { hashApiKey, parseApiKey } from "../keys/api-key.ts";
import { isClientToken, verifyClientToken } from "../keys/client-token.ts";
import { presentKey } from "../keys/presented-key.ts";
import { accountObject } from "../services.ts";
import type { AppContext, AppEnv } from "./app-env.ts";
import { scopeOf } from "./scopes.ts";

/**
 * Tells who calls, from `Authorization: Bearer <key>`; the clients of other services write `Token` or `Key` there. A
 * mistyped key fails its checksum and a made-up one its account's proof, both here, before any object is addressed.
 * Whether the key is in force, the account says with its answer.
 */
export const authenticated = createMiddleware<AppEnv>(async (c, next) => {
  const key = bearerOf(c);
  if (isClientToken(key)) {
    throw new ProblemError({
      code: "token_not_allowed",
      detail: "This takes an API key. Call it from your backend, not from an app.",
    });
  }
  identify(c, key);
  await next();
});

/**
 * The same, for what apps may do: a client token is taken as well. Its signature and its time are told here, with no
 * database; its account says the rest.
 */
export const clientAuthenticated = createMiddleware<AppEnv>(async (c, next) => {
  const token = bearerOf(c);
  if (isClientToken(token)) identifyClient(c, token);
  else identify(c, token);
  await next();
});

function bearerOf(c: AppContext): string {
  const header = c.req.header("authorization");
  const key = bearer(header?.replace(/^(token|key) /i, "Bearer "));
  if (key !== null) return key;
  throw new ProblemError({
    code: "key_missing",
    detail: "Send your API key in the header Authorization: Bearer inlay_live_...",
  });
}

function identifyClient(c: AppContext, token: string): void {
  const verified = verifyClientToken(readConfiguration(c.env).SIGNING_KEYS, token, Date.now());
  if (!verified.ok) {
    if (verified.problem === "expired") throw new ProblemError(tokenExpired);
    throw new ProblemError({
      code: "token_invalid",
      detail: "The client token was changed or not minted here. Ask the backend for another.",
    });
  }
  const credential = verified.value;
  const account = accountObject(c.env.ACCOUNT, credential.account);
  c.set("caller", { id: credential.account, keyHash: "", credential, account });
}

function identify(c: AppContext, key: string): void {
  const parsed = parseApiKey(key);
  const { ACCOUNT_ID_SECRET } = readConfiguration(c.env);
  if (parsed === null || !isGenuineAccountId(ACCOUNT_ID_SECRET, parsed.account)) {
    throw new ProblemError({
      code: "key_invalid",
      detail: "The key's checksum is wrong or it belongs elsewhere. Copy it again, whole.",
    });
  }
  const keyHash = presentKey(hashApiKey(key), scopeOf(c));
  c.set("caller", {
    id: parsed.account,
    keyHash,
    credential: keyHash,
    account: accountObject(c.env.ACCOUNT, parsed.account),
  });
}

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
    raise("admin.refused", { request: c.var.requestId, path: c.req.path });
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
