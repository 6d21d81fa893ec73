import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balance, entries, post, reserve, settle } from "../../../functions/account/ledger.ts";
import { grant, testAccount } from "./harness.ts";

describe("the ledger", () => {
  it("grants once for each external id", () => {
    const { context } = testAccount(0);
    const first = grant(context, 500, "invoice-1");
    expect(grant(context, 500, "invoice-1")).toEqual(first);
    expect(balance(context)).toEqual({ available: 500, reserved: 0 });
    expect(grant(context, 900, "invoice-1")).toMatchObject({ problem: { code: "grant_conflict" } });
  });

  it.each(["refund", "adjustment"] as const)(
    "posts a %s once for each external id, whatever else has that id",
    (kind) => {
      const { context } = testAccount(100);
      const posting = { kind, amount: 30, externalId: "case-1" };
      const first = post(context, posting);
      expect(first).toMatchObject({ value: { kind, available_change: 30, available_after: 130 } });
      expect(post(context, posting)).toEqual(first);
      for (const other of [
        { ...posting, amount: 31 },
        { ...posting, externalId: "welcome" },
      ]) {
        expect(post(context, other)).toMatchObject({ problem: { code: "entry_conflict" } });
      }
      expect(balance(context).available).toBe(130);
    },
  );

  it("takes away what is available at most, and nothing that is reserved", () => {
    const { context } = testAccount(100);
    reserve(context, "edit_a", 80);
    const take = (amount: number) =>
      post(context, { kind: "adjustment", amount: -amount, externalId: `take-${amount}` });
    expect(take(21)).toMatchObject({ problem: { code: "balance_exceeded" } });
    expect(take(20)).toMatchObject({ value: { available_after: 0 } });
    expect(take(20)).toMatchObject({ value: { available_after: 0 } });
    expect(balance(context)).toEqual({ available: 0, reserved: 80 });
  });

  it("refuses a reservation that the balance does not cover", () => {
    const { context } = testAccount(100);
    expect(reserve(context, "edit_a", 101)).toMatchObject({
      problem: { code: "credits_insufficient" },
    });
    expect(balance(context)).toEqual({ available: 100, reserved: 0 });
  });

  it("settles an edit once", () => {
    const { context } = testAccount(100);
    reserve(context, "edit_a", 80);
    settle(context, "edit_a", 80, 20);
    expect(balance(context)).toEqual({ available: 80, reserved: 0 });
    expect(() => settle(context, "edit_a", 80, 20)).toThrow();
    expect(balance(context)).toEqual({ available: 80, reserved: 0 });
  });

  it.each([
    ["changing an entry", "UPDATE ledger SET available_change = 1", "entries are final"],
    ["removing an entry", "DELETE FROM ledger", "entries are kept"],
    ["moving the balance past the ledger", "UPDATE account SET available = 5", "only the ledger"],
    [
      "an entry whose balance does not follow",
      `INSERT INTO ledger (kind, external_id, available_change, reserved_change, available_after,
         reserved_after, created_at) VALUES ('grant', 'x', 1, 0, 7, 0, 0)`,
      "does not follow",
    ],
  ])("is guarded by the database against %s", (_name, sql, message) => {
    const { context } = testAccount(100);
    expect(() => context.storage.exec(sql)).toThrow(message);
  });

  it("never gives back more than was reserved", () => {
    const { context } = testAccount(100);
    reserve(context, "edit_a", 50);
    reserve(context, "edit_b", 50);
    expect(() => settle(context, "edit_a", 60, 0)).toThrow("more is given back");
  });

  it("keeps all balances right over any sequence of movements", () => {
    const movement = fc.oneof(
      fc.record({ type: fc.constant("grant" as const), amount: fc.integer({ min: 1, max: 1000 }) }),
      fc.record({
        type: fc.constant("reserve" as const),
        amount: fc.integer({ min: 1, max: 500 }),
      }),
      fc.record({
        type: fc.constant("settle" as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(fc.array(movement, { maxLength: 40 }), (movements) => {
        const { context } = testAccount(0);
        const open: [string, number][] = [];
        let granted = 0;
        let captured = 0;
        for (const [index, step] of movements.entries()) {
          if (step.type === "grant") {
            grant(context, step.amount, `g${index}`);
            granted += step.amount;
          } else if (step.type === "reserve") {
            if (reserve(context, `edit_${index}`, step.amount).ok)
              open.push([`edit_${index}`, step.amount]);
          } else {
            const [edit, reserved] = open.shift() ?? [];
            if (edit === undefined || reserved === undefined) continue;
            const charge = Math.floor(reserved * step.share);
            settle(context, edit, reserved, charge);
            captured += charge;
          }
        }
        const reserved = open.reduce((sum, [, amount]) => sum + amount, 0);
        expect(balance(context)).toEqual({ available: granted - captured - reserved, reserved });
        const newest = entries(context, 1)[0];
        if (newest) expect(newest.available_after).toBe(balance(context).available);
      }),
      { numRuns: 60 },
    );
  });
});
