import { describe, expect, it } from "vitest";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import type { AccountContext } from "../../../functions/account/context.ts";
import type { SqlValue, Storage } from "../../../functions/account/storage.ts";
import { testAccount } from "./harness.ts";

const day = 24 * 3_600_000;

/** How SQLite finds what some work asks for: one line for each table and index that it reads. */
function plansOf(context: AccountContext, work: (context: AccountContext) => unknown): string[] {
  const { storage } = context;
  const asked = new Set<string>();
  const watched: Storage = {
    ...storage,
    exec: <Row extends Record<string, SqlValue>>(sql: string, ...bindings: SqlValue[]) => {
      asked.add(sql);
      return storage.exec<Row>(sql, ...bindings);
    },
  };
  work({ ...context, storage: watched });
  return [...asked].flatMap((sql) =>
    storage
      .exec<{ detail: string }>(
        `EXPLAIN QUERY PLAN ${sql}`,
        ...Array<number>(sql.split("?").length - 1).fill(0),
      )
      .map(({ detail }) => detail),
  );
}

describe("what is due", () => {
  it("is found without reading the edits, keys and uploads that are not", () => {
    const account = testAccount();
    account.accept();
    const { context } = account;
    const plans = plansOf(context, nextDueAt);
    expect(plans.filter((line) => /edits_by_(deadline|lease|dispatch)/.test(line))).toHaveLength(3);
    // What is read in the order of its key stops at the first row.
    const whole = plans.filter((line) => /^SCAN (edits|idempotency|uploads)$/.test(line));
    expect(whole).toEqual([]);
  });

  it("is nothing between two moments: a wake then hands out nothing and writes nothing", () => {
    const account = testAccount();
    account.accept();
    const { context } = account;
    const plans = plansOf(context, (watched) => expect(takeDue(watched)).toEqual([]));
    expect(plans).toEqual(plansOf(context, nextDueAt));
  });

  it("is a key an hour after its day, so that many are forgotten at once", () => {
    const account = testAccount();
    account.accept({ idempotencyKey: "first" });
    const count = () =>
      account.context.storage.exec<{ keys: number }>("SELECT count(*) AS keys FROM idempotency")[0]
        ?.keys;
    account.pass(day + 3_600_000 - 1);
    takeDue(account.context);
    expect(count()).toBe(1);
    account.pass(1);
    expect(nextDueAt(account.context)).toBeLessThanOrEqual(account.context.now());
    takeDue(account.context);
    expect(count()).toBe(0);
  });
});
