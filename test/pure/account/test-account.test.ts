import { describe, expect, it } from "vitest";
import { balance, post, reserve, settle } from "../../../functions/account/ledger.ts";
import { fillTestCredits, testCredits } from "../../../functions/account/test-account.ts";
import { testAccount } from "./harness.ts";

describe("a test account's play money", () => {
  it("is filled up once a day, to the same amount, and never taken away", () => {
    const account = testAccount(0);
    const context = { ...account.context, account: "U0123456789abcdef01234567" };
    const available = () => balance(context).available;
    fillTestCredits(context);
    expect(available()).toBe(testCredits);

    expect(reserve(context, "edit_a", testCredits)).toMatchObject({ ok: true });
    settle(context, "edit_a", testCredits, testCredits);
    fillTestCredits(context);
    expect(available()).toBe(0);

    account.pass(24 * 3_600_000);
    fillTestCredits(context);
    fillTestCredits(context);
    expect(available()).toBe(testCredits);

    post(context, { kind: "grant", amount: 5, externalId: "operator" });
    account.pass(24 * 3_600_000);
    fillTestCredits(context);
    expect(available()).toBe(testCredits + 5);
  });

  it("is no live account's", () => {
    const { context } = testAccount(0);
    fillTestCredits(context);
    expect(balance(context).available).toBe(0);
  });
});
