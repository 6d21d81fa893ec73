import { describe, expect, it } from "vitest";
import { archiveBatch, finishArchive } from "../../../functions/account/archive.ts";
import { claim, report } from "../../../functions/account/attempts.ts";
import { deleteEdit, visibleEdit } from "../../../functions/account/deletion.ts";
import { beginDelivery, finishDelivery } from "../../../functions/account/deliveries.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { balance, entries } from "../../../functions/account/ledger.ts";
import { unreportedUsage, usageReported } from "../../../functions/account/usage.ts";
import { manifest } from "./fixtures.ts";
import { testAccount, type TestAccount } from "./harness.ts";

const day = 24 * 3_600_000;

function succeed(account: TestAccount, webhook?: string): string {
  const { context } = account;
  const parameters = { ...account.request().parameters, ...(webhook ? { webhook } : {}) };
  const { id } = account.accept({ parameters });
  claim(context, id);
  report(context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
  for (const { id: delivery } of context.storage.exec<{ id: string }>(
    "SELECT id FROM deliveries",
  )) {
    if (beginDelivery(context, delivery) === null) continue;
    finishDelivery(context, delivery, { status: 200, error: null, retryAfter: null }, 0);
  }
  return id;
}

/** Lets time pass as an account lives it, waking whenever it wants; returns the batches it asked to put away. */
function live(account: TestAccount, ms: number): string[] {
  const { context } = account;
  const until = context.now() + ms;
  const batches: string[] = [];
  for (let wakes = 0; ; wakes++) {
    expect(wakes).toBeLessThan(500);
    const due = nextDueAt(context);
    if (due === null || due > until) break;
    account.pass(Math.max(due - context.now(), 50));
    for (const message of takeDue(context)) {
      if (message.type === "archive") batches.push(message.batch);
      if (message.type === "report") usageReported(context, unreportedUsage(context));
    }
  }
  account.pass(until - context.now());
  return batches;
}

describe("the archive", () => {
  it("takes edits and deliveries that ended 30 days ago, and leaves the younger ones", () => {
    const account = testAccount();
    const { context } = account;
    const old = [succeed(account, "https://a.example/"), succeed(account)];
    expect(live(account, 20 * day)).toEqual([]);
    const young = succeed(account, "https://a.example/");
    const [key = ""] = live(account, 12 * day);

    const batch = archiveBatch(context, key);
    const lines = (batch?.text ?? "").trimEnd().split("\n");
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(["edit", "edit", "delivery"]);
    for (const id of old) expect(batch?.text).toContain(id);
    finishArchive(context, key);
    expect(context.storage.exec("SELECT id FROM edits")).toEqual([{ id: young }]);
    expect(context.storage.exec("SELECT edit FROM deliveries")).toEqual([{ edit: young }]);
    expect(context.storage.exec("SELECT edit FROM attempts")).toEqual([{ edit: young }]);
    expect(entries(context, 100)).toHaveLength(1 + 3 * 2);
    expect(balance(context)).toEqual({ available: 1_000_000 - 18_000, reserved: 0 });
  });

  it("is asked for again until it is done, with the same text each time, and an edit says that it is there", () => {
    const account = testAccount();
    const { context } = account;
    const id = succeed(account);
    const deleted = succeed(account);
    deleteEdit(context, deleted);
    const keys = live(account, 32 * day);
    expect(keys.length).toBeGreaterThan(1);
    const [key = ""] = keys;
    expect(new Set(keys)).toEqual(new Set([key]));
    const text = archiveBatch(context, key)?.text;
    expect(text).not.toContain(deleted);
    for (const edit of [id, deleted]) {
      expect(deleteEdit(context, edit)).toMatchObject({
        problem: { code: edit === id ? "edit_archived" : "edit_deleted" },
      });
    }
    account.pass(day);
    expect(archiveBatch(context, key)).toEqual({ key, text });
    finishArchive(context, key);
    finishArchive(context, key);
    expect(archiveBatch(context, key)).toBeNull();
    expect(visibleEdit(context, id)).toMatchObject({ problem: { code: "edit_archived" } });
    expect(visibleEdit(context, deleted)).toMatchObject({ problem: { code: "edit_deleted" } });
    expect(live(account, 40 * day)).toEqual([]);
  });

  it("takes whatever has gathered, a batch after the other", () => {
    const account = testAccount(10_000_000);
    const { context } = account;
    for (let n = 0; n < 250; n++) succeed(account);
    const keys = new Set<string>();
    live(account, 31 * day - 60_000);
    for (let round = 0; round < 10; round++) {
      for (const key of live(account, 120_000)) {
        keys.add(key);
        finishArchive(context, key);
      }
    }
    expect(keys.size).toBe(3);
    expect(context.storage.exec("SELECT count(*) AS left FROM edits")).toEqual([{ left: 0 }]);
  });
});
