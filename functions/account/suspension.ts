import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { announceAccount } from "./events.ts";

/**
 * Suspends the account: nothing new is accepted, what runs goes on to its end, and everything can still be read. On a
 * suspended account it changes the reason alone.
 */
export function suspend(context: AccountContext, reason: string): void {
  context.storage.transactionSync(() => {
    const active = checkActive(context).ok;
    context.storage.exec(
      "UPDATE account SET suspended_at = coalesce(suspended_at, ?), suspension_reason = ?",
      context.now(),
      reason,
    );
    if (active) announceAccount(context, "account.suspended");
  });
}

/** Lets the account create edits again; does nothing to one that may. */
export function resume(context: AccountContext): void {
  context.storage.transactionSync(() => {
    if (checkActive(context).ok) return;
    context.storage.exec("UPDATE account SET suspended_at = NULL, suspension_reason = NULL");
    announceAccount(context, "account.resumed");
  });
}

/** Whether anything new may be accepted. */
export function checkActive(context: AccountContext): Result<null, Refusal> {
  const [row] = context.storage.exec<{ suspended_at: number | null; reason: string | null }>(
    "SELECT suspended_at, suspension_reason AS reason FROM account",
  );
  if (row === undefined || row.suspended_at === null) return ok(null);
  return err({
    code: "account_suspended",
    detail: `The account is suspended: ${row.reason ?? ""}. What it has can be read; write to its operator.`,
  });
}
