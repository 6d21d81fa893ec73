import { describe, expect, it } from "vitest";
import { findEdit } from "../../../functions/account/accept.ts";
import { busy, claim, report, started } from "../../../functions/account/attempts.ts";
import { urlsOutlive } from "../../../functions/account/context.ts";
import { cancelEdit, deleteEdit, visibleEdit } from "../../../functions/account/deletion.ts";
import { beginDelivery, finishDelivery } from "../../../functions/account/deliveries.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { toEdit } from "../../../functions/account/edit-row.ts";
import { balance, entries } from "../../../functions/account/ledger.ts";
import { EditParameters, type Edit } from "../../../schemas/edit.ts";
import { manifest } from "./fixtures.ts";
import { testAccount, type TestAccount } from "./harness.ts";

function statuses({ context }: TestAccount): unknown[] {
  return context.storage.exec("SELECT type FROM events ORDER BY sequence").map(({ type }) => type);
}

function running(account: TestAccount, parameters: object = {}): string {
  const { id } = account.accept({ parameters: EditParameters.parse(parameters) });
  claim(account.context, id);
  report(account.context, id, 1, { type: "processing" });
  return id;
}

/** The edit as its customer sees it. */
function shown({ context }: TestAccount, id: string): Edit {
  const row = findEdit(context, id);
  if (row === undefined) throw new Error("there is no such edit");
  return toEdit(context, row);
}

function duePurges({ context }: TestAccount) {
  return takeDue(context).filter(({ type }) => type === "purge");
}

describe("an attempt", () => {
  it("is named by what gives its slot back and by what asks for the next one, and claimed as that alone", () => {
    const account = testAccount();
    const { context } = account;
    const { id } = account.accept();
    const about = { v: 1, account: context.account, edit: id } as const;
    expect(claim(context, id, 2)).toBe("superseded");
    expect(claim(context, id, 1)).toMatchObject({ claim: { attempt: 1 } });
    expect(report(context, id, 1, { type: "lost" })?.messages).toEqual([
      { ...about, type: "release", attempt: 1 },
      { ...about, type: "dispatch", attempt: 2 },
    ]);
    expect(claim(context, id, 1)).toBe("superseded");
    expect(claim(context, id, 2)).toMatchObject({ claim: { attempt: 2 } });
    expect(busy(context, id, 2)?.messages).toEqual([{ ...about, type: "release", attempt: 2 }]);
    account.pass(60_000);
    expect(takeDue(context)).toContainEqual({ ...about, type: "dispatch", attempt: 3 });
    claim(context, id);
    const over = report(context, id, 3, { type: "manifest", manifest: manifest(id, 3) });
    expect(over?.messages).toEqual([{ ...about, type: "release" }]);
  });

  it("carries an edit to its end and charges it once, however often the news comes", () => {
    const account = testAccount();
    const id = running(account, { n: 2 });
    const news = { type: "manifest", manifest: manifest(id, 1, 2) } as const;
    const first = report(account.context, id, 1, news);
    expect(first?.messages.map(({ type }) => type)).toEqual(["release"]);
    expect(report(account.context, id, 1, news)).toMatchObject({ changed: false, messages: [] });
    const row = findEdit(account.context, id);
    expect(row).toMatchObject({ status: "succeeded", charged: row?.reserved });
    expect(balance(account.context)).toEqual({
      available: 1_000_000 - (row?.charged ?? 0),
      reserved: 0,
    });
    expect(entries(account.context, 9).map(({ kind }) => kind)).toEqual([
      "capture",
      "reserve",
      "grant",
    ]);
    expect(statuses(account)).toEqual([
      "edit.queued",
      "edit.starting",
      "edit.processing",
      "edit.succeeded",
    ]);
  });

  it("leaves one line in the log for each change of the edit's status", () => {
    const account = testAccount();
    const id = running(account);
    report(account.context, id, 1, { type: "processing" });
    report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
    expect(account.lines).toEqual([
      `edit.queued ${id} 0`,
      `edit.starting ${id} 1`,
      `edit.processing ${id} 1`,
      `edit.succeeded ${id} 1`,
    ]);
  });

  it.each([
    { n: 1, blocked: 0, status: "succeeded", charged: 6_000, moved: ["capture"] },
    { n: 2, blocked: 1, status: "succeeded", charged: 6_000, moved: ["release", "capture"] },
    { n: 4, blocked: 1, status: "succeeded", charged: 18_000, moved: ["release", "capture"] },
    { n: 4, blocked: 3, status: "succeeded", charged: 6_000, moved: ["release", "capture"] },
    { n: 1, blocked: 1, status: "failed", charged: 0, moved: ["release"] },
    { n: 4, blocked: 4, status: "failed", charged: 0, moved: ["release"] },
  ])(
    "of $n outputs with $blocked blocked ends $status and is charged $charged",
    ({ n, blocked, status, charged, moved }) => {
      const account = testAccount();
      const id = running(account, { n });
      report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1, n, blocked) });
      const edit = shown(account, id);
      expect(edit).toMatchObject({ status, price: { reserved: n * 6_000, charged } });
      expect(edit.error?.code).toBe(status === "failed" ? "output_blocked" : undefined);
      expect(edit.outputs.map(({ blocked: code, url }) => [code, url !== null])).toEqual(
        Array.from({ length: n }, (_, index) =>
          index < blocked ? ["output_blocked", false] : [null, status === "succeeded"],
        ),
      );
      expect(entries(account.context, moved.length).map(({ kind }) => kind)).toEqual(moved);
      expect(balance(account.context)).toEqual({ available: 1_000_000 - charged, reserved: 0 });
    },
  );

  it.each(["mask_empty", "input_blocked", "output_blocked"] as const)(
    "that the container refuses with %s ends uncharged, and is not tried again",
    (code) => {
      const account = testAccount();
      const id = running(account);
      const error = { code, detail: "Send something else." };
      const failed = { ...manifest(id, 1, 0), status: "failed", error } as const;
      const ended = report(account.context, id, 1, { type: "manifest", manifest: failed });
      expect(ended?.messages.map(({ type }) => type)).toEqual(["release"]);
      expect(shown(account, id)).toMatchObject({
        status: "failed",
        price: { charged: 0 },
        outputs: [],
        error: { code, status: 422 },
      });
      expect(balance(account.context)).toEqual({ available: 1_000_000, reserved: 0 });
      expect(claim(account.context, id)).toBe("over");
    },
  );

  it("is replaced when its lease runs out, and its late result still counts", () => {
    const account = testAccount();
    const id = running(account);
    account.pass(120_000);
    expect(takeDue(account.context)).toEqual([
      { v: 1, type: "reconcile", account: account.context.account, edit: id, attempt: 1 },
    ]);
    report(account.context, id, 1, { type: "lost" });
    expect(claim(account.context, id)).toMatchObject({ claim: { attempt: 2 } });
    started(account.context, id, 2, "p2");
    const late = report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
    expect(late?.messages.map(({ type }) => type)).toEqual(["cancel", "release"]);
    expect(findEdit(account.context, id)?.status).toBe("succeeded");
  });

  it("renews its lease with every sign of life", () => {
    const account = testAccount();
    const id = running(account);
    account.pass(100_000);
    report(account.context, id, 1, { type: "processing" });
    account.pass(100_000);
    expect(takeDue(account.context)).toEqual([]);
    expect(findEdit(account.context, id)?.status).toBe("processing");
  });

  it("fails the edit after three lost attempts, uncharged", () => {
    const account = testAccount();
    const { id } = account.accept();
    for (const attempt of [1, 2, 3]) {
      expect(claim(account.context, id)).toMatchObject({ claim: { attempt: attempt } });
      report(account.context, id, attempt, { type: "lost" });
    }
    expect(findEdit(account.context, id)?.status).toBe("failed");
    expect(claim(account.context, id)).toBe("over");
    expect(balance(account.context)).toEqual({ available: 1_000_000, reserved: 0 });
  });

  it("does not count while the provider is busy", () => {
    const account = testAccount();
    const { id } = account.accept();
    for (const attempt of [1, 2, 3, 4, 5]) {
      expect(claim(account.context, id)).toMatchObject({ claim: { attempt: attempt } });
      busy(account.context, id, attempt);
    }
    expect(findEdit(account.context, id)).toMatchObject({ status: "queued", counted: 0 });
  });

  it("is told to stop when the edit ended while it was being started", () => {
    const account = testAccount();
    const { id } = account.accept();
    claim(account.context, id);
    cancelEdit(account.context, id);
    expect(started(account.context, id, 1, "p1")).toBe(false);
  });

  it("that never was is no news", () => {
    const account = testAccount();
    const { id } = account.accept();
    expect(
      report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) }),
    ).toBeNull();
    expect(report(account.context, "edit_x", 1, { type: "lost" })).toBeNull();
  });
});

describe("time", () => {
  it("ends an edit that did not finish, uncharged", () => {
    const account = testAccount();
    const { id } = account.accept();
    account.pass(900_000);
    expect(takeDue(account.context).map(({ type }) => type)).toContain("release");
    expect(findEdit(account.context, id)?.status).toBe("expired");
    expect(balance(account.context).reserved).toBe(0);
  });

  it("brings a lost dispatch back, later and later", () => {
    const account = testAccount();
    account.accept();
    expect(nextDueAt(account.context)).toBe(account.context.now() + 15_000);
    account.pass(15_000);
    expect(takeDue(account.context).map(({ type }) => type)).toEqual(["dispatch"]);
    expect(takeDue(account.context)).toEqual([]);
  });

  it("purges what an edit left that ended without outputs at once, and again when no URL of it can write", () => {
    const account = testAccount();
    const { id } = account.accept();
    claim(account.context, id);
    const error = { code: "mask_empty", detail: "Paint something." } as const;
    const failed = { ...manifest(id, 1, 0), status: "failed", error } as const;
    report(account.context, id, 1, { type: "manifest", manifest: failed });
    expect(duePurges(account)).toHaveLength(1);
    account.pass(urlsOutlive);
    expect(duePurges(account)).toEqual([]);
    account.pass(900_000);
    expect(duePurges(account)).toHaveLength(1);
    account.pass(86_400_000);
    expect(duePurges(account)).toEqual([]);
  });

  it("purges an edit's files after a day, and once more an hour later", () => {
    const account = testAccount();
    const id = running(account);
    report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
    account.pass(24 * 3_600_000);
    expect(duePurges(account)).toHaveLength(1);
    const row = findEdit(account.context, id);
    expect(row && toEdit(account.context, row).outputs[0]?.url).toBeNull();
    account.pass(urlsOutlive);
    expect(duePurges(account)).toHaveLength(1);
    account.pass(urlsOutlive);
    expect(duePurges(account)).toEqual([]);
  });
});

describe("a webhook", () => {
  it("is frozen with the end of its edit and tried until it is taken", () => {
    const account = testAccount();
    const id = running(account, { webhook: "https://example.com/hook" });
    const ended = report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
    const message = ended?.messages.find(({ type }) => type === "deliver");
    const delivery = message?.type === "deliver" ? message.delivery : "";
    const task = beginDelivery(account.context, delivery);
    expect(JSON.parse(task?.payload ?? "")).toMatchObject({
      type: "edit.succeeded",
      sequence: 4,
      data: { id, status: "succeeded" },
    });
    expect(beginDelivery(account.context, delivery)).toBeNull();
    finishDelivery(account.context, delivery, { status: 500, error: "500", retryAfter: null }, 0);
    expect(beginDelivery(account.context, delivery)).toBeNull();
    account.pass(5_000);
    expect(takeDue(account.context)).toContainEqual(
      expect.objectContaining({ type: "deliver", delivery }),
    );
    expect(beginDelivery(account.context, delivery)).toMatchObject({
      event: task?.event,
      payload: task?.payload,
      attempts: 1,
    });
    finishDelivery(account.context, delivery, { status: 204, error: null, retryAfter: null }, 0);
    account.pass(900_000);
    expect(beginDelivery(account.context, delivery)).toBeNull();
  });

  it("is given up at once where the receiver is gone (410)", () => {
    const account = testAccount();
    const id = running(account, { webhook: "https://example.com/hook" });
    const ended = report(account.context, id, 1, { type: "manifest", manifest: manifest(id, 1) });
    const message = ended?.messages.find(({ type }) => type === "deliver");
    const delivery = message?.type === "deliver" ? message.delivery : "";
    beginDelivery(account.context, delivery);
    finishDelivery(account.context, delivery, { status: 410, error: "gone", retryAfter: null }, 0);
    expect(account.context.storage.exec("SELECT status FROM deliveries")).toEqual([
      { status: "failed" },
    ]);
  });
});

describe("deletion", () => {
  it("cancels what runs, purges every byte and leaves a tombstone", () => {
    const account = testAccount();
    const id = running(account, { prompt: "a secret" });
    const removed = deleteEdit(account.context, id);
    if (!removed.ok) throw new Error(removed.problem.code);
    expect(removed.value.map(({ type }) => type)).toEqual(["release", "purge"]);
    expect(visibleEdit(account.context, id)).toMatchObject({ problem: { code: "edit_deleted" } });
    expect(findEdit(account.context, id)?.parameters).not.toContain("secret");
    expect(balance(account.context)).toEqual({ available: 1_000_000, reserved: 0 });
    account.pass(900_000 + urlsOutlive);
    expect(duePurges(account)).toHaveLength(1);
  });
});
