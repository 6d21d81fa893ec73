import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claim, report } from "../../../functions/account/attempts.ts";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { closeEntries } from "../../../functions/account/ledger-days.ts";
import { balance, entries, reserve, settle } from "../../../functions/account/ledger.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { Archivist } from "./archivist.ts";
import { manifest } from "./fixtures.ts";
import { grant, testAccount, type TestAccount } from "./harness.ts";

const day = 24 * 3_600_000;

/** An edit of `n` outputs at 6,000 each that succeeds with `blocked` of them withheld. */
function succeed(account: TestAccount, n = 1, blocked = 0): string {
  const { context } = account;
  const { id } = account.accept({ parameters: EditParameters.parse({ n }) });
  claim(context, id);
  report(context, id, 1, { type: "manifest", manifest: manifest(id, 1, n, blocked) });
  return id;
}

/** What the ledger and its days say together. */
function sums({ context }: TestAccount) {
  const [row] = context.storage.exec<Record<"available" | "reserved" | "captured", number>>(
    `SELECT sum(available_change) AS available, sum(reserved_change) AS reserved,
       -sum(CASE WHEN outside THEN 0 ELSE available_change + reserved_change END) AS captured
     FROM (SELECT available_change, reserved_change, external_id IS NOT NULL AS outside FROM ledger
       UNION ALL SELECT available_change, reserved_change, 0 FROM ledger_days)`,
  );
  return row;
}

const rowsOf = ({ context }: TestAccount, table: string) =>
  context.storage.exec(`SELECT * FROM ${table} ORDER BY id`);

describe("a day of the ledger", () => {
  it("takes the place of its entries when they are in the archive, and what came from outside stays", () => {
    const account = testAccount();
    const { context } = account;
    const edits = [succeed(account, 2, 1), succeed(account)];
    grant(context, 5_000, "invoice-1");
    cancelEdit(context, account.accept().id);
    const archivist = new Archivist(account);
    archivist.pass(33 * day);
    expect(rowsOf(account, "ledger_days"), "no later day has begun").toEqual([]);
    succeed(account);
    const before = entries(context, 100);
    archivist.pass(1_000);

    expect(archivist.entries()).toEqual(
      before.filter(({ id, edit }) => edit !== null && id < 10).toReversed(),
    );
    expect(archivist.entries().filter(({ kind }) => kind === "reserve")).toMatchObject([
      { edit: edits[0] },
      { edit: edits[1] },
      {},
    ]);
    expect(entries(context, 100)).toMatchObject([
      { kind: "capture" },
      { kind: "reserve" },
      { kind: "day", available_change: -12_000, reserved_change: 0, edit: null },
      { kind: "grant", external_id: "invoice-1" },
      { kind: "grant", external_id: "welcome" },
    ]);
    expect(entries(context, 2, 9)).toMatchObject([{ kind: "grant" }, { kind: "grant" }]);
    expect(grant(context, 5_000, "invoice-1")).toMatchObject({ value: { id: 7 } });
    expect(grant(context, 5_001, "welcome")).toMatchObject({ problem: { code: "grant_conflict" } });
    expect(balance(context)).toEqual({ available: 1_005_000 - 18_000, reserved: 0 });
  });

  it("is closed part by part where it has many entries, into one row", () => {
    const account = testAccount(100_000_000);
    for (let n = 0; n < 1_100; n++) succeed(account);
    const archivist = new Archivist(account);
    archivist.pass(2 * day);
    succeed(account);
    archivist.pass(40 * day);
    const parts = [...archivist.files.keys()].filter((key) => key.includes("/ledger/"));
    expect(parts).toHaveLength(3);
    expect(parts.toSorted()).toEqual(parts);
    expect(rowsOf(account, "ledger_days")).toMatchObject([
      { day: "2026-01-01", entries: 2_200, available_change: -6_600_000, reserved_change: 0 },
    ]);
    expect(archivist.entries()).toHaveLength(2_200);
  });

  it("has what a clock that was set back wrote, when it had begun", () => {
    const account = testAccount();
    const { context } = account;
    account.pass(day - 60_000);
    succeed(account);
    account.pass(120_000);
    const late = account.accept().id;
    account.pass(-120_000);
    cancelEdit(context, late);
    const archivist = new Archivist(account);
    archivist.pass(3 * day);
    succeed(account);
    archivist.pass(40 * day);
    expect(rowsOf(account, "ledger_days")).toMatchObject([
      { day: "2026-01-01", entries: 2, available_change: -6_000 },
      { day: "2026-01-02", entries: 2, available_change: 0 },
    ]);
  });

  it("does not let an edit be reserved or settled again", () => {
    const account = testAccount();
    const id = succeed(account);
    const archivist = new Archivist(account);
    archivist.pass(2 * day);
    succeed(account);
    archivist.pass(40 * day);
    expect(rowsOf(account, "ledger_days")).toHaveLength(1);
    expect(() => reserve(account.context, id, 6_000)).toThrow("was settled");
    expect(() => settle(account.context, id, 6_000, 6_000)).toThrow("more is given back");
    expect(() => settle(account.context, id, 6_000, 0)).toThrow("more is given back");
  });
});

describe("the database", () => {
  /** Two entries of an edit that is archived, two of one that is not, and a grant after them. */
  function fixture(): TestAccount {
    const account = testAccount();
    const old = succeed(account);
    account.context.storage.exec("INSERT INTO archived_edits VALUES (?, 'succeeded', 0)", old);
    account.context.storage.exec("DELETE FROM attempts");
    account.context.storage.exec("DELETE FROM edits");
    succeed(account);
    grant(account.context, 1, "last");
    return account;
  }
  const insert = (values: string) => `INSERT INTO ledger_days (day, first_id, id, entries,
    available_change, reserved_change, available_after, reserved_after, created_at)
    SELECT 'd', ${values}, created_at FROM ledger WHERE id = 3`;

  it.each([
    ["a sum that is another", insert("2, 3, 2, -6001, 0, 994000, 0"), "add up to"],
    ["a count that is another", insert("2, 3, 3, -6000, 0, 994000, 0"), "add up to"],
    ["a balance that is another", insert("2, 3, 2, -6000, 0, 994001, 0"), "add up to"],
    ["an end that is no entry of an edit", insert("2, 9, 2, -6000, 0, 994000, 0"), "add up to"],
    ["an older entry that stays open", insert("3, 3, 1, 0, -6000, 994000, 0"), "older day"],
    ["changing a day", "UPDATE ledger_days SET available_change = 7", "final"],
    ["letting a day grow by nothing", "UPDATE ledger_days SET id = 4 -- a day", "add up to"],
    ["renaming a day", "UPDATE ledger_days SET day = 'e'", "final"],
    ["removing a day", "DELETE FROM ledger_days", "kept"],
    ["removing an entry of no day", "DELETE FROM ledger WHERE id = 5", "kept"],
    ["removing a grant of a closed day", "DELETE FROM ledger WHERE id = 1", "kept"],
  ])("refuses %s", (what, sql, message) => {
    const { context } = fixture();
    const closed = /a day|closed day/.test(what);
    if (closed) closeEntries(context, "2026-01-01", 2, 3);
    expect(() => context.storage.exec(sql)).toThrow(message);
    if (!closed) closeEntries(context, "2026-01-01", 2, 3);
  });

  it("closes no edit that is still there, and never the newest entry", () => {
    const account = fixture();
    const { context } = account;
    expect(() => closeEntries(context, "2026-01-01", 2, 5)).toThrow("not archived");
    closeEntries(context, "2026-01-01", 2, 3);
    expect(() => closeEntries(context, "2026-01-01", 4, 5)).toThrow("not archived");
    reserve(context, "edit_gone", 10);
    context.storage.exec("DELETE FROM attempts");
    context.storage.exec("DELETE FROM edits");
    expect(() => closeEntries(context, "2026-01-02", 4, 7)).toThrow("newest entry");
    closeEntries(context, "2026-01-01", 4, 5);
    expect(rowsOf(account, "ledger_days")).toMatchObject([{ id: 5, first_id: 2, entries: 4 }]);
    expect(() => context.storage.exec("UPDATE account SET available = 1000001")).toThrow("only");
  });

  it("forgets idempotency keys by an index", () => {
    const plan = testAccount().context.storage.exec<{ detail: string }>(
      "EXPLAIN QUERY PLAN DELETE FROM idempotency WHERE expires_at <= 1",
    );
    expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH .* USING .*INDEX/);
  });
});

describe("closing any days of any ledger", () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("grant" as const), amount: fc.integer({ min: 1, max: 90_000 }) }),
    fc.record({
      type: fc.constant("edit" as const),
      n: fc.integer({ min: 1, max: 4 }),
      blocked: fc.integer({ min: 0, max: 4 }),
      end: fc.constantFrom("succeed", "cancel", "expire"),
    }),
    fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 20 * day }) }),
    fc.record({ type: fc.constant("back" as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
  );

  it("changes no balance and no sum, loses no entry, and counts no grant again", () => {
    let closings = 0;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.infiniteStream(fc.boolean()),
        (steps, losses) => {
          const account = testAccount(200_000);
          const { context } = account;
          const grants = new Map([["welcome", 200_000]]);
          const reported = () =>
            context.storage.exec("SELECT day, succeeded, canceled, expired, charged FROM usage");
          const everything = () => ({
            ...balance(context),
            ...sums(account),
            days: reported(),
          });
          const archivist = new Archivist(
            account,
            () => losses.next().value === true,
            (close) => {
              const before = everything();
              close();
              expect(everything()).toEqual(before);
              closings += 1;
            },
          );
          let paid = 0;
          for (const [index, one] of [
            ...steps,
            { type: "pass" as const, ms: 40 * day },
            { type: "edit" as const, n: 1, blocked: 0, end: "succeed" as const },
            { type: "pass" as const, ms: 2 * day },
          ].entries()) {
            if (one.type === "pass") archivist.pass(one.ms);
            if (one.type === "back") account.pass(-one.ms);
            if (one.type === "grant") {
              grant(context, one.amount, `g${index}`);
              grants.set(`g${index}`, one.amount);
            }
            if (one.type === "edit" && balance(context).available >= 6_000 * one.n) {
              if (one.end === "succeed") {
                const blocked = Math.min(one.blocked, one.n);
                succeed(account, one.n, blocked);
                paid += 6_000 * (one.n - blocked);
              } else {
                const { id } = account.accept({ parameters: EditParameters.parse({ n: one.n }) });
                if (one.end === "cancel") cancelEdit(context, id);
              }
            }
          }
          const granted = [...grants.values()].reduce((sum, amount) => sum + amount, 0);
          for (const [externalId, amount] of grants) {
            const again = grant(context, amount, externalId);
            expect(again).toMatchObject({ ok: true, value: { external_id: externalId } });
            expect(grant(context, amount + 1, externalId).ok).toBe(false);
          }
          expect(everything()).toMatchObject({
            available: granted - paid,
            reserved: 0,
            captured: paid,
          });
          expect(reported().reduce((sum, { charged }) => sum + Number(charged), 0)).toBe(paid);
          const kept = context.storage
            .exec<{ id: number }>("SELECT id FROM ledger")
            .map(({ id }) => id);
          const archived = archivist.entries().map(({ id }) => id);
          const ids = [...new Set([...kept, ...archived])].toSorted((a, b) => a - b);
          expect(ids).toEqual(ids.map((_, index) => index + 1));
        },
      ),
      { numRuns: 40 },
    );
    expect(closings).toBeGreaterThan(20);
  });
});
