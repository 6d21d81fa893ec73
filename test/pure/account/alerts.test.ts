import { describe, expect, it } from "vitest";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { coreOf } from "./core-of.ts";
import { testAccount } from "./harness.ts";
import { PostOffice } from "./post-office.ts";

/** An account with an edit, and the core that drives it. */
function scene() {
  const account = testAccount();
  const { id } = account.accept();
  return { account, id, core: coreOf(account).core };
}

const expired = 900_000;

describe("an operator is told of an edit", () => {
  it("that waited for a slot until its time was over", () => {
    const { account, core } = scene();
    for (let minute = 0; minute < 15; minute++) {
      expect(account.alerts).toEqual([]);
      account.pass(60_000);
      core.wake();
    }
    expect(account.alerts).toEqual(["edit.starved"]);
  });

  it("that ran until its time was over", () => {
    const { account, core, id } = scene();
    core.claim(id);
    account.pass(expired);
    core.wake();
    expect(account.alerts).toEqual(["edit.overran"]);
  });

  it("whose every attempt was lost, and not before", () => {
    const { account, core, id } = scene();
    for (const attempt of [1, 2, 3]) {
      expect(account.alerts).toEqual([]);
      core.claim(id);
      core.report(id, attempt, { type: "lost" });
    }
    expect(account.alerts).toEqual(["edit.lost"]);
  });

  it("never because its customer ended it", () => {
    const { account, id } = scene();
    cancelEdit(account.context, id);
    expect(account.alerts).toEqual([]);
  });
});

describe("an operator is told of an account", () => {
  it("that wakes long after it should have, and of no other", () => {
    const { account, core, id } = scene();
    core.wait(id, 1);
    account.pass(15_000 + 10 * 60_000);
    core.wake();
    expect(account.alerts).toEqual([]);
    account.pass(15 * 60_000);
    core.wake();
    expect(account.alerts).toEqual(["wake.behind", "edit.starved"]);
  });

  it("whose alarm could not hand out what was due", async () => {
    const { account, core } = scene();
    account.pass(60_000);
    const failing = () => Promise.reject(new Error("the queue is away"));
    await expect(core.alarm(failing)).rejects.toThrow("the queue is away");
    expect(account.alerts).toEqual(["alarm.failed"]);
  });

  it("of whose addresses one fails on and on, once", () => {
    const account = testAccount();
    const office = new PostOffice(account, () => ({ status: 500 }));
    for (let edits = 0; edits < 15; edits++) {
      const parameters = EditParameters.parse({ webhook: "https://hooks.example.com/" });
      const { id } = account.accept({ parameters });
      const ended = cancelEdit(account.context, id);
      if (ended.ok) office.take(ended.value.messages);
    }
    office.pass(30 * 60_000);
    expect(account.alerts).toEqual([]);
    office.pass(10 * 3_600_000);
    expect(account.alerts).toEqual(["webhook.blocked"]);
  });
});
