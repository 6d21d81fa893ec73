import type { Account } from "../../schemas/account.ts";
import { limits } from "../../schemas/limits.ts";
import { kindOf } from "../keys/account-id.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import { prices } from "./price.ts";
import type { SqlValue } from "./storage.ts";

/** A row of `account`: there is one. */
interface AccountRow extends Record<string, SqlValue> {
  created_at: number;
  test_account: string | null;
  available: number;
  reserved: number;
  creates_per_minute: number | null;
  unfinished_edits: number | null;
  low_balance: number | null;
  suspended_at: number | null;
  suspension_reason: string | null;
}

/** The account as its customer and its operator see it. */
export function toAccount(context: AccountContext): Account {
  const [row] = context.storage.exec<AccountRow>("SELECT * FROM account");
  if (row === undefined) throw new Error("the account row is missing");
  return {
    id: context.account,
    object: "account",
    status: row.suspended_at === null ? "active" : "suspended",
    test: kindOf(context.account) === "test",
    test_account: row.test_account,
    created_at: instant(row.created_at),
    balance: { available: row.available, reserved: row.reserved, unit: "microcredit" },
    low_balance: row.low_balance ?? limits.lowBalance,
    limits: {
      creates_per_minute: row.creates_per_minute ?? limits.createsPerMinute,
      unfinished_edits: row.unfinished_edits ?? limits.unfinishedEdits,
    },
    suspension:
      row.suspended_at === null
        ? null
        : { since: instant(row.suspended_at), reason: row.suspension_reason ?? "" },
    prices,
  };
}
