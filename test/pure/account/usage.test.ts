import { describe, expect, it } from "vitest";
import { claim, report } from "../../../functions/account/attempts.ts";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { reportAgain, unreportedUsage, usageReported } from "../../../functions/account/usage.ts";
import { percentile } from "../../../functions/reports/histogram.ts";
import { manifest } from "./fixtures.ts";
import { testAccount, type TestAccount } from "./harness.ts";

function succeed(account: TestAccount, outputs = 1, blocked = 0): void {
  const { context } = account;
  const parameters = { ...account.request().parameters, n: outputs };
  const { id } = account.accept({ parameters });
  claim(context, id);
  account.pass(1_000);
  for (let again = 0; again < 2; again++) {
    const news = { type: "manifest", manifest: manifest(id, 1, outputs, blocked) } as const;
    report(context, id, 1, news);
  }
}

const reports = (account: TestAccount) =>
  takeDue(account.context).filter(({ type }) => type === "report");

describe("the usage of an account", () => {
  it("counts each edit once, by the day and the way that it ended", () => {
    const account = testAccount();
    succeed(account, 3, 1);
    cancelEdit(account.context, account.accept().id);
    account.pass(24 * 3_600_000);
    succeed(account);
    const [first, second] = unreportedUsage(account.context);
    expect(first).toMatchObject({
      ...{ day: "2026-01-01", succeeded: 1, canceled: 1, failed: 0, expired: 0 },
      ...{ outputs: 2, charged: 12_000 },
    });
    expect(second).toMatchObject({ day: "2026-01-02", succeeded: 1, charged: 6_000 });
    expect(percentile(first?.latency ?? {}, 0.5)).toBe(1_024);
  });

  it("is reported a minute after it changed, again until that is known, and then no more", () => {
    const account = testAccount();
    succeed(account);
    expect(reports(account)).toEqual([]);
    account.pass(60_000);
    expect(reports(account)).toHaveLength(1);
    expect(reports(account)).toEqual([]);
    account.pass(5 * 60_000);
    expect(reports(account)).toHaveLength(1);
    usageReported(account.context, unreportedUsage(account.context));
    expect(unreportedUsage(account.context)).toEqual([]);
    account.pass(5 * 60_000);
    expect(reports(account)).toEqual([]);
  });

  it("that changed while it was being reported stays due", () => {
    const account = testAccount();
    succeed(account);
    const days = unreportedUsage(account.context);
    succeed(account);
    usageReported(account.context, days);
    expect(unreportedUsage(account.context)).toMatchObject([{ succeeded: 2, revision: 2 }]);
  });

  it("is told once more, every day of it, when the directory is rebuilt", () => {
    const account = testAccount();
    succeed(account);
    usageReported(account.context, unreportedUsage(account.context));
    reportAgain(account.context);
    expect(nextDueAt(account.context)).toBe(account.context.now());
    expect(unreportedUsage(account.context)).toHaveLength(1);
  });
});
