import type { WorkMessage } from "../../schemas/work-message.ts";
import { limits } from "../../schemas/limits.ts";
import type { AccountContext } from "./context.ts";
import { announceAccount } from "./events.ts";

/** Sets the available balance below which the account is told, in micro-credits; null for the usual one. */
export function setLowBalance(context: AccountContext, threshold: number | null): void {
  context.storage.exec("UPDATE account SET low_balance = ?", threshold);
}

/**
 * Tells `balance.low` when taking `spent` micro-credits away has brought the available balance below the threshold: once
 * each time that it is crossed. Call after the movement, inside its transaction.
 */
export function tellLowBalance(context: AccountContext, spent: number): WorkMessage[] {
  const [row] = context.storage.exec<{ available: number; threshold: number }>(
    "SELECT available, coalesce(low_balance, ?) AS threshold FROM account",
    limits.lowBalance,
  );
  if (row === undefined) return [];
  const crossed = row.available < row.threshold && row.available + spent >= row.threshold;
  return crossed ? announceAccount(context, "balance.low") : [];
}
