import { describe, expect, it } from "vitest";
import { claim, started } from "../../../functions/account/attempts.ts";
import {
  closeAccount,
  closedAccountId,
  closingDueAt,
  takeClosing,
} from "../../../functions/account/closing.ts";
import { exists } from "../../../functions/account/schema.ts";
import { createUpload } from "../../../functions/account/uploads.ts";
import { testAccount } from "./harness.ts";

describe("a deleted account", () => {
  it("stops what runs, has its files removed and keeps no table but its tombstone", () => {
    const account = testAccount();
    const { context } = account;
    const { id } = account.accept();
    claim(context, id);
    started(context, id, 1, "prediction-1");
    account.accept({ parameters: { ...account.request().parameters, webhook: "https://a.b/" } });
    const messages = closeAccount(context);
    expect(messages.map(({ type }) => type).toSorted()).toEqual([
      "cancel",
      "purge",
      "release",
      "release",
    ]);
    for (const message of messages) {
      if (message.type !== "purge") continue;
      for (const prefix of message.prefixes) expect(prefix).toContain(`/${context.account}/`);
    }
    expect(exists(context.storage)).toBe(false);
    expect(closedAccountId(context.storage)).toBe(context.account);
    const tables = context.storage.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'",
    );
    expect(tables).toEqual([{ name: "closed" }]);
  });

  it("has its files removed again when the last URL that could write has expired, and is gone then", () => {
    const account = testAccount();
    const { context } = account;
    createUpload(context, { endUser: null, origin: "https://inlay.example.com" });
    const uploadsEnd = context.now() + 24 * 3_600_000;
    closeAccount(context);
    expect(takeClosing(context)).toEqual([]);
    const removals: number[] = [];
    for (let due = closingDueAt(context); due !== null; due = closingDueAt(context)) {
      account.pass(due - context.now());
      expect(takeClosing(context)).toMatchObject([{ type: "purge" }]);
      removals.push(due);
    }
    expect(removals).toHaveLength(2);
    expect(removals[0]).toBeGreaterThan(uploadsEnd);
    expect(closedAccountId(context.storage)).toBeNull();
    expect(takeClosing(context)).toEqual([]);
  });
});
