import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import worker from "../../functions/worker.ts";
import type { Edit } from "../../schemas/edit.ts";
import * as api from "./harness/api.ts";

/** One message of the queue, and what became of it. */
function message(body: unknown, queue = "inlay-work") {
  const one = { id: "m", timestamp: new Date(), attempts: 1, body, ack: vi.fn(), retry: vi.fn() };
  const batch = { queue, messages: [one], ackAll: vi.fn(), retryAll: vi.fn() };
  return { one, batch: batch as unknown as MessageBatch };
}

describe("the queue's consumer", () => {
  it("acknowledges what it did, and doing it again is harmless", async () => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, edit, "starting");
    for (let again = 0; again < 3; again++) {
      const { one, batch } = message({ v: 1, type: "dispatch", account, edit });
      await worker.queue(batch, env);
      expect(one.ack).toHaveBeenCalledOnce();
    }
    expect(await api.getEdit(key, edit)).toMatchObject({ metrics: { attempts: 1 } });
  });

  it("drops what it cannot read, so that nothing blocks the queue", async () => {
    for (const body of [null, "text", { v: 2 }, { v: 1, type: "paint", account: "u" }]) {
      const { one, batch } = message(body);
      await worker.queue(batch, env);
      expect(one.ack).toHaveBeenCalledOnce();
    }
  });

  it("has what failed sent again, later", async () => {
    const { id: account } = await api.customer();
    const { one, batch } = message({ v: 1, type: "purge", account, prefixes: ["x/"] });
    const broken = { ...env, BUCKET: { list: () => Promise.reject(new Error("R2 is away")) } };
    await worker.queue(batch, broken as unknown as Env);
    expect(one.ack).not.toHaveBeenCalled();
    expect(one.retry).toHaveBeenCalledWith({ delaySeconds: 2 });
  });

  it("holds up nothing else of a batch for work that takes long", async () => {
    const { id: account } = await api.customer();
    const stuck = message({ v: 1, type: "purge", account, prefixes: ["x/"] }).one;
    const quick = message({ v: 1, type: "wake", account }).one;
    const batch = { queue: "inlay-work", messages: [stuck, quick] };
    let end = () => {};
    const list = () =>
      new Promise((resolve) => {
        end = () => resolve({ objects: [], truncated: false });
      });
    const slow = { ...env, BUCKET: { list } };
    const worked = worker.queue(batch as unknown as MessageBatch, slow as unknown as Env);
    await vi.waitFor(() => expect(quick.ack).toHaveBeenCalledOnce());
    expect(stuck.ack).not.toHaveBeenCalled();
    end();
    await worked;
    expect(stuck.ack).toHaveBeenCalledOnce();
  });

  it("wakes the account of a message that died, in which its work is still due", async () => {
    const { id: account } = await api.customer();
    const { one, batch } = message(
      { v: 1, type: "dispatch", account, edit: "edit_0" },
      "inlay-dead",
    );
    await worker.queue(batch, env);
    expect(one.ack).toHaveBeenCalledOnce();
  });
});

describe("the cron", () => {
  it("wakes every account whose deadline has passed, and each once", async () => {
    const due = await api.customer();
    const later = await api.customer();
    const set = env.DIRECTORY.prepare("UPDATE accounts SET wake_at = ? WHERE id = ?");
    await env.DIRECTORY.batch([set.bind(1, due.id), set.bind(Date.now() + 60_000, later.id)]);
    const sent: unknown[] = [];
    const recording = {
      ...env,
      WORK: { send: (body: unknown) => Promise.resolve(sent.push(body)) },
    };
    const context = createExecutionContext();
    for (let run = 0; run < 2; run++) {
      await worker.scheduled(createScheduledController(), recording as unknown as Env);
    }
    await waitOnExecutionContext(context);
    const woken = sent.filter((body) => JSON.stringify(body).includes(due.id));
    expect(woken).toEqual([{ v: 1, type: "wake", account: due.id }]);
    expect(JSON.stringify(sent)).not.toContain(later.id);
  });
});
