import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import type { LedgerEntry } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import * as api from "../harness/api.ts";
import { deliverResult } from "../harness/container.ts";

it("an old day of the ledger is put away in R2 and listed as one entry, and its grant counts once", async () => {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  await deliverResult({ account, edit });
  const ledger = async () => {
    const answer = await api.send("GET", "/v1/account/ledger", { token: key });
    return (await answer.json<{ data: LedgerEntry[] }>()).data;
  };
  const before = await ledger();
  const stub = accountStub(env.ACCOUNT, account);
  const exec = (sql: string) =>
    runInDurableObject(stub, (_object, state) => state.storage.sql.exec(sql).toArray());
  // A month ago, as far as the tables say.
  await exec("DROP TRIGGER ledger_is_final");
  await exec("UPDATE ledger SET created_at = 1000");
  await exec("UPDATE edits SET completed_at = 1000, purge_at = NULL, purged_at = 1000");
  await api.createEdit(key);
  for (let wakes = 0; (await exec("SELECT id FROM ledger_days")).length === 0; wakes++) {
    expect(wakes).toBeLessThan(200);
    await runInDurableObject(stub, (_object, state) => state.storage.setAlarm(Date.now()));
    await runDurableObjectAlarm(stub);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  expect(await ledger()).toMatchObject([
    { kind: "reserve", id: 4 },
    { kind: "day", id: 3, available_change: -6_000, reserved_change: 0, available_after: 994_000 },
    { kind: "grant", id: 1 },
  ]);
  const { objects } = await env.BUCKET.list({ prefix: `archive/${account}/ledger/` });
  expect(objects.map((one) => one.key)).toEqual([
    `archive/${account}/ledger/1970-01-01-0000000000000003.ndjson`,
  ]);
  const exported = await (await api.send("GET", "/v1/account/export", { token: key })).text();
  const lines = exported.split("\n").filter((line) => line.startsWith(`{"type":"ledger_entry"`));
  const kinds = lines.map((line) => (JSON.parse(line) as { data: LedgerEntry }).data.kind);
  expect(kinds).toEqual(["grant", "day", "reserve", "reserve", "capture"]);

  const repeat = (amount: number) =>
    api.send("POST", `/v1/admin/accounts/${account}/grants`, {
      token: api.adminSecret,
      json: { amount, external_id: `welcome-${account}` },
    });
  const [welcome] = before.toReversed();
  expect(await (await repeat(1_000_000)).json()).toMatchObject({
    ...welcome,
    created_at: expect.any(String),
  });
  expect(await api.problemOf(await repeat(1))).toMatchObject({ code: "grant_conflict" });
  expect(await api.getEdit(key, edit)).toMatchObject({ status: "succeeded" });
});
