import { refuseField, type Refusal } from "../errors/refusal.ts";
import type { ClientClaims } from "../keys/client-token.ts";
import { err, ok, type Result } from "../result.ts";
import type { AcceptRequest } from "./accept.ts";
import type { AccountContext } from "./context.ts";
import { checkKey, checkKeyById } from "./keys.ts";

/** Who asks: an API key (`presented-key.ts`), or what a client token says, whose signature the edge has verified. */
export type Credential = string | ClientClaims;

/** Whether a credential is in force: a key that is not revoked, or a token minted with such a key, within its time. */
export function checkCredential(
  context: AccountContext,
  credential: Credential,
): Result<null, Refusal> {
  if (typeof credential === "string") return checkKey(context, credential);
  if (credential.expiresAt <= context.now()) return err(tokenExpired);
  return checkKeyById(context, credential.key);
}

/** Whose edits and uploads a credential reaches: those of one end user, or (null) all of the account's. */
export function endUserOf(credential: Credential): string | null {
  return typeof credential === "string" ? null : credential.endUser;
}

/** The idempotency key as it is kept: end users have their own, so that none can hit upon another's. */
export function keptIdempotencyKey(credential: Credential, key: string): string {
  const endUser = endUserOf(credential);
  // Neither part has spaces in it.
  return endUser === null ? key : `end-user ${endUser} ${key}`;
}

/**
 * A request as its credential allows it: a token's task has to be one of its tasks, and its webhook is the token's,
 * whatever the app would like.
 */
export function asAllowed(request: AcceptRequest): Result<AcceptRequest, Refusal> {
  const { credential, parameters } = request;
  if (typeof credential === "string") return ok(request);
  const { tasks, webhook } = credential;
  if (tasks !== null && !tasks.includes(parameters.task)) {
    const detail = `This client token allows ${tasks.join(", ")}.`;
    return err(refuseField("token_task_not_allowed", "/task", detail));
  }
  if (parameters.webhook !== undefined) {
    const detail = "A client token cannot name a webhook; the backend does when it mints one.";
    return err(refuseField("token_not_allowed", "/webhook", detail));
  }
  return ok(webhook === null ? request : { ...request, parameters: { ...parameters, webhook } });
}

/**
 * Whether a token's spending limit bears another `price`: what its edits were charged, and what is reserved for those on
 * their way. Call inside the transaction that accepts the edit.
 */
export function checkSpending(
  context: AccountContext,
  credential: Credential,
  price: number,
): Result<null, Refusal> {
  if (typeof credential === "string") return ok(null);
  const [row] = context.storage.exec<{ spent: number }>(
    `SELECT coalesce(sum(CASE WHEN status IN ('queued', 'starting', 'processing') THEN reserved
       ELSE charged END), 0) AS spent FROM edits WHERE token = ?`,
    credential.id,
  );
  const left = credential.spendingLimit - (row?.spent ?? 0);
  if (price <= left) return ok(null);
  return err({
    code: "token_limit_reached",
    detail: `This edit costs ${price} micro-credits and the client token has ${left} left. Ask the backend for another.`,
  });
}

export const tokenExpired: Refusal = {
  code: "token_expired",
  detail:
    "The client token's time is over. Ask the backend for another; what was made stays yours.",
};
