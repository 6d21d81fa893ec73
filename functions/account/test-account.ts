import type { Scope } from "../../schemas/scope.ts";
import type { Refusal } from "../errors/refusal.ts";
import { kindOf } from "../keys/account-id.ts";
import { ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import { balance, post } from "./ledger.ts";
import { grantableScopes } from "./keyring.ts";

/** What a test account is filled up to, in micro-credits: play money, which nobody pays. */
export const testCredits = 1_000_000_000;

/** What the maker of a test key asks for. */
export interface TestKeyRequest {
  readonly scopes: readonly Scope[] | null;
  /** The id of the test account that there will be where there is none. */
  readonly candidate: string;
  /** A test account that was deleted, in the place of which the candidate comes. */
  readonly gone: string | null;
}

/** What a test key is made for: the test account, and what the key may do there. */
export interface TestKeyGrant {
  readonly account: string;
  readonly scopes: readonly Scope[] | null;
}

/**
 * The test account of a live one, for a key with these scopes: the one that it has, or from now on the candidate. It is
 * an account of its own, with its own keys, money, edits, events and endpoints.
 */
export function grantTestKey(
  context: AccountContext,
  presented: string,
  { scopes: wanted, candidate, gone }: TestKeyRequest,
): Result<TestKeyGrant, Refusal> {
  const scopes = grantableScopes(context, presented, wanted);
  if (!scopes.ok) return scopes;
  const [row] = context.storage.exec<{ test_account: string }>(
    `UPDATE account SET test_account =
       CASE WHEN test_account IS NULL OR test_account = ?1 THEN ?2 ELSE test_account END
     RETURNING test_account`,
    gone,
    candidate,
  );
  if (row === undefined) throw new Error("the account row is missing");
  return ok({ account: row.test_account, scopes: scopes.value });
}

/** Fills a test account up with play money: when it is created, and once a day when an edit is asked for. */
export function fillTestCredits(context: AccountContext): void {
  if (kindOf(context.account) !== "test") return;
  const missing = testCredits - balance(context).available;
  if (missing <= 0) return;
  const externalId = `test-credits-${instant(context.now()).slice(0, 10)}`;
  // Refused as a conflict where it was done today already.
  post(context, { kind: "grant", amount: missing, externalId });
}
