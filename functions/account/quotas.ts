import { limits } from "../../schemas/limits.ts";
import type { Refusal } from "../errors/refusal.ts";
import { levelOf, takeToken } from "../quotas/bucket.ts";
import type { Limits } from "../quotas/limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";
import { checkActive } from "./suspension.ts";

/** What an operator allows an account; null stands for the deployment's usual number. */
export interface Quotas {
  readonly createsPerMinute: number | null;
  readonly unfinishedEdits: number | null;
}

interface QuotaRow extends Record<string, SqlValue> {
  creates_per_minute: number;
  unfinished_edits: number;
  creates_full_at: number;
  unfinished: number;
}

/** How long after a refusal for too many unfinished edits trying again makes sense, in seconds. */
const roomAgain = 10;

/** Takes a create out of the account's rate. Call inside the transaction that lets the request in. */
export function takeCreate(context: AccountContext): Result<null, Refusal> {
  const now = context.now();
  const { creates_per_minute: perMinute, creates_full_at: fullAt } = quotaRow(context);
  const tried = takeToken(perMinute, fullAt, now);
  context.storage.exec("UPDATE account SET creates_full_at = ?", tried.fullAt);
  if (!tried.taken) {
    return err({
      code: "creates_too_fast",
      detail: `This account may create ${perMinute} edits a minute. Wait as long as Retry-After says.`,
      retryAfter: Math.max(1, Math.ceil(levelOf(perMinute, tried.fullAt, now).nextIn / 1000)),
    });
  }
  return ok(null);
}

/** Whether the account may have another unfinished edit: it is not suspended, and not at its limit. */
export function checkRoom(context: AccountContext): Result<null, Refusal> {
  const active = checkActive(context);
  if (!active.ok) return active;
  const { unfinished, unfinished_edits: allowed } = quotaRow(context);
  if (unfinished < allowed) return ok(null);
  return err({
    code: "edits_too_many",
    detail: `${allowed} edits of this account are unfinished. Wait until some have ended.`,
    retryAfter: roomAgain,
  });
}

/** The account's limits and what is left of them. */
export function limitsOf(context: AccountContext): Limits {
  const quotas = quotaRow(context);
  const { remaining, fullIn } = levelOf(
    quotas.creates_per_minute,
    quotas.creates_full_at,
    context.now(),
  );
  return {
    creates: {
      limit: quotas.creates_per_minute,
      remaining,
      reset: Math.ceil(fullIn / 1000),
    },
    unfinished: {
      limit: quotas.unfinished_edits,
      remaining: Math.max(0, quotas.unfinished_edits - quotas.unfinished),
    },
  };
}

/** Sets what the account is allowed, from the next create on. */
export function setQuotas(context: AccountContext, quotas: Quotas): void {
  context.storage.exec(
    "UPDATE account SET creates_per_minute = ?, unfinished_edits = ?",
    quotas.createsPerMinute,
    quotas.unfinishedEdits,
  );
}

function quotaRow(context: AccountContext): QuotaRow {
  const [row] = context.storage.exec<QuotaRow>(
    `SELECT coalesce(creates_per_minute, ?) AS creates_per_minute,
       coalesce(unfinished_edits, ?) AS unfinished_edits, creates_full_at,
       (SELECT count(*) FROM edits WHERE status IN ('queued', 'starting', 'processing'))
         AS unfinished FROM account`,
    limits.createsPerMinute,
    limits.unfinishedEdits,
  );
  if (row === undefined) throw new Error("the account row is missing");
  return row;
}
