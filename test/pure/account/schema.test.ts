import { describe, expect, it } from "vitest";
import { accept, authorize } from "../../../functions/account/accept.ts";
import { takeDue } from "../../../functions/account/due.ts";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { toAccount } from "../../../functions/account/resource.ts";
import { migrate } from "../../../functions/account/schema.ts";
import { unreportedUsage } from "../../../functions/account/usage.ts";
import { nodeStorage } from "../../harness/node-storage.ts";
import { testAccount } from "./harness.ts";

/** An account as the first release left it: with money, a key, and an edit that waits. */
function firstRelease() {
  const account = testAccount();
  const { id } = account.accept();
  const storage = nodeStorage();
  migrate(storage, 1);
  const { context } = account;
  // Parents before children, and the balance by the ledger's own triggers.
  storage.exec(
    "INSERT INTO account (id, created_at, webhook_secret) VALUES (?, ?, 'whsec_')",
    context.account,
    context.now(),
  );
  for (const table of ["keys", "edits", "ledger", "events"]) {
    const columns = storage
      .exec<{ name: string }>("SELECT name FROM pragma_table_info(?)", table)
      .map(({ name }) => name);
    for (const row of context.storage.exec(`SELECT ${columns.join(", ")} FROM ${table}`)) {
      storage.exec(
        `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
        ...Object.values(row),
      );
    }
  }
  storage.exec("UPDATE account SET last_sequence = 1");
  return { account, id, context: { ...context, storage } };
}

describe("an account of an older schema", () => {
  it("goes on under the newest one, with the money and the edits that it had", () => {
    const { account, id, context } = firstRelease();
    migrate(context.storage);
    migrate(context.storage);
    expect(toAccount(context)).toMatchObject({
      status: "active",
      balance: { available: 994_000, reserved: 6_000 },
      limits: { creates_per_minute: 600, unfinished_edits: 200 },
    });
    const request = account.request();
    authorize(context, { ...request, idempotencyKey: null });
    expect(accept(context, request)).toMatchObject({ ok: true });
    expect(cancelEdit(context, id)).toMatchObject({ ok: true });
    expect(unreportedUsage(context)).toMatchObject([{ canceled: 1 }]);
    expect(takeDue(context).map(({ type }) => type)).toContain("purge");
  });

  it("is what the release before still writes to", () => {
    const { context, id } = firstRelease();
    migrate(context.storage);
    context.storage.exec(
      "INSERT INTO keys (id, hash, name, display, created_at) VALUES ('k', 'h', 'n', 'd', 1)",
    );
    const columns = `status, origin, parameters, inputs, profile, unit_price, reserved, dispatch_at,
      deadline, created_at`;
    context.storage.exec(
      `INSERT INTO edits (id, ${columns}) SELECT 'edit_x', ${columns} FROM edits WHERE id = ?`,
      id,
    );
    context.storage.exec("UPDATE account SET last_sequence = last_sequence + 1");
    expect(toAccount(context).balance.available).toBe(994_000);
  });
});
