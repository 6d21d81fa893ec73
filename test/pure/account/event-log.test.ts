import { describe, expect, it } from "vitest";
import { readEvents } from "../../../functions/account/event-log.ts";
import { announceAccount } from "../../../functions/account/events.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { post } from "../../../functions/account/ledger.ts";
import { setLowBalance } from "../../../functions/account/low-balance.ts";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { testAccount, type TestAccount } from "./harness.ts";

const day = 24 * 3_600_000;

function read(account: TestAccount, after: number | null = null, limit = 100) {
  const page = readEvents(account.context, { after, limit });
  if (!page.ok) throw new Error(page.problem.code);
  return page.value;
}

const types = (account: TestAccount) => read(account).events.map(({ type }) => type);

describe("the event log", () => {
  it("is read page by page without a gap, whoever the events are about", () => {
    const account = testAccount();
    for (let i = 0; i < 5; i++) {
      account.accept();
      announceAccount(account.context, "account.resumed");
    }
    const seen: number[] = [];
    let after = 0;
    for (let more = true; more;) {
      const page = read(account, after, 3);
      seen.push(...page.events.map(({ sequence }) => sequence));
      ({ more, next: after } = page);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(read(account, after)).toEqual({ events: [], more: false, next: 10 });
  });

  it("is kept for seven days, and dropped without anyone asking", () => {
    const account = testAccount();
    cancelEdit(account.context, account.accept().id);
    account.pass(7 * day);
    takeDue(account.context);
    expect(read(account).events).toHaveLength(2);
    let woken = 0;
    for (let due = nextDueAt(account.context); due !== null; due = nextDueAt(account.context)) {
      account.pass(due - account.context.now());
      takeDue(account.context);
      if (woken++ > 10) break;
    }
    expect(read(account).events).toHaveLength(0);
  });

  it("drops its oldest events alone, whichever way the clock was set meanwhile", () => {
    const account = testAccount();
    account.accept();
    account.pass(600_000);
    account.accept();
    account.pass(-1_200_000);
    announceAccount(account.context, "account.resumed");
    account.pass(7 * day + 300_000);
    takeDue(account.context);
    const kept = read(account).events.map(({ sequence }) => sequence);
    expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
    expect(kept).toContain(2);
  });

  it("refuses to read from before what it keeps, and says where to go on", () => {
    const account = testAccount();
    account.accept();
    account.accept();
    account.pass(8 * day);
    takeDue(account.context);
    const ended = read(account).events[0]?.sequence ?? 0;
    expect(ended).toBeGreaterThan(2);
    const refused = readEvents(account.context, { after: 1, limit: 10 });
    expect(refused).toMatchObject({
      problem: { code: "events_gone", detail: expect.stringContaining(`after=${ended - 1}`) },
    });
    expect(read(account, ended - 1).events[0]?.sequence).toBe(ended);
  });
});

describe("a low balance", () => {
  it("is told once each time that it is crossed, with the account as it was then", () => {
    const account = testAccount(20_000);
    setLowBalance(account.context, 10_000);
    account.accept();
    expect(types(account)).toEqual(["edit.queued"]);
    const { id } = account.accept();
    expect(read(account, 2).events).toMatchObject([
      { type: "balance.low", sequence: 3, data: { balance: { available: 8_000 } } },
    ]);
    account.accept();
    expect(types(account).filter((type) => type === "balance.low")).toHaveLength(1);

    cancelEdit(account.context, id);
    post(account.context, { kind: "refund", amount: 4_000, externalId: "r" });
    post(account.context, { kind: "adjustment", amount: -3_000, externalId: "a" });
    expect(types(account).at(-1)).toBe("balance.low");
  });

  it("is not told where the threshold is 0", () => {
    const account = testAccount(6_000);
    setLowBalance(account.context, 0);
    account.accept();
    expect(types(account)).toEqual(["edit.queued"]);
  });
});
