import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { performNow } from "../../../functions/dispatch/perform.ts";
import { readConfiguration } from "../../../functions/env.ts";
import { accountStub, servicesOf } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import * as api from "../harness/api.ts";

const pool = () => env.POOL.get(env.POOL.idFromName(readConfiguration(env).PROVIDER));

/** Gives every slot of the pool to edits of nobody's. */
async function fillPool(): Promise<void> {
  await pool().acquire({ account: "nobody", edit: "edit_first" });
  await runInDurableObject(pool(), (_pool, state) => {
    state.storage.sql.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
         WHERE i < 1000 - (SELECT count(*) FROM slots))
       INSERT INTO slots (edit, account, until)
         SELECT 'edit_' || i, 'nobody', until FROM slots, n WHERE edit = 'edit_first'`,
    );
  });
}

async function waiting(key: string): Promise<{ id: string; position: number | null }> {
  const { id } = await (await api.createEdit(key)).json<Edit>();
  for (let look = 0; look < 500; look++) {
    const { queue_position: position } = await api.getEdit(key, id);
    if (position !== null) return { id, position };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { id, position: null };
}

describe("an edit that runs", () => {
  it("keeps its slot when its dispatch comes twice", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    await performNow(servicesOf(env), [{ v: 1, type: "dispatch", account, edit: id }]);
    const slots = await runInDurableObject(pool(), (_pool, state) =>
      state.storage.sql.exec("SELECT edit FROM slots WHERE edit = ?", id).toArray(),
    );
    expect(slots).toEqual([{ edit: id }]);
  });

  it("keeps the slot that its lost attempt had, though that one's release comes last", async () => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, edit, "starting");
    await api.callback(account, edit, { status: "failed", error: "out of memory" });
    const stub = accountStub(env.ACCOUNT, account);
    while ((await stub.attempt(edit, 2)) === null) await new Promise((r) => setTimeout(r, 20));
    const slots = () =>
      runInDurableObject(pool(), (_pool, state) =>
        state.storage.sql.exec("SELECT attempt FROM slots WHERE edit = ?", edit).toArray(),
      );
    await performNow(servicesOf(env), [{ v: 1, type: "release", account, edit, attempt: 1 }]);
    expect(await slots()).toEqual([{ attempt: 2 }]);
    await performNow(servicesOf(env), [{ v: 1, type: "release", account, edit }]);
    expect(await slots()).toEqual([]);
  });
});

describe("an edit that finds no slot", () => {
  it("is shown its place in the line, and starts when it is its turn", async () => {
    await fillPool();
    const { id: account, key } = await api.customer();
    const first = await waiting(key);
    expect(first.position).toBe(1);
    expect((await waiting(key)).position).toBe(2);
    expect(await api.getEdit(key, first.id)).toMatchObject({
      status: "queued",
      metrics: { attempts: 0 },
    });
    await performNow(servicesOf(env), [{ v: 1, type: "release", account, edit: "edit_1" }]);
    expect(await api.until(key, first.id, "starting")).toMatchObject({ queue_position: null });
  });
});
