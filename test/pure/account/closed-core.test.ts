import { describe, expect, it } from "vitest";
import type { WorkMessage } from "../../../schemas/work-message.ts";
import { coreOf } from "./core-of.ts";
import { manifest } from "./fixtures.ts";
import { testAccount } from "./harness.ts";

describe("the core of a deleted account", () => {
  it.each(["in the process that deleted it", "in one that begins later"])(
    "takes all work that is still on its way without an error, %s",
    (when) => {
      const account = testAccount();
      const { id } = account.accept();
      const late = account.request();
      const before = coreOf(account);
      before.core.claim(id);
      expect(before.core.close().ok).toBe(true);
      const { core } = when.includes("later") ? coreOf(account) : before;

      expect(core.describe()).toBeNull();
      expect(core.account(account.keyHash)).toMatchObject({ problem: { code: "key_invalid" } });
      expect(core.accept(late)).toMatchObject({ problem: { code: "key_invalid" } });
      expect(core.claim(id)).toBe("over");
      expect(core.started(id, 1, "p")).toBe(false);
      expect(core.busy(id, 1)).toEqual([]);
      expect(core.report(id, 1, { type: "manifest", manifest: manifest(id, 1) })).toEqual([]);
      expect(core.attempt(id, 1)).toBeNull();
      expect(core.beginDelivery("dlv_1")).toBeNull();
      core.finishDelivery("dlv_1", { status: 200, error: null, retryAfter: null }, 0);
      core.wait(id, 1);
      core.abandon(id, null);
      expect(core.desk.archiveBatch("archive/a/edit_1.ndjson")).toBeNull();
      expect(core.desk.unreportedUsage()).toEqual([]);
      expect(core.desk.recount()).toBeNull();
      expect(core.close()).toMatchObject({ problem: { code: "account_not_found" } });
      expect(core.wake()).toEqual([]);
    },
  );

  it("wakes for its last removals, and then never again", () => {
    const account = testAccount();
    account.accept();
    coreOf(account).core.close();
    const removals: WorkMessage[] = [];
    for (let hour = 0; hour < 30; hour++) {
      account.pass(3_600_000);
      removals.push(...coreOf(account).core.wake());
    }
    expect(removals.map(({ type }) => type)).toEqual(["purge", "purge"]);
    const { core, alarms } = coreOf(account);
    core.wake();
    expect(alarms).toEqual([null]);
  });
});
