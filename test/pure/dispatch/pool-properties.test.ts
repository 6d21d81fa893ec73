import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pool, type Candidate } from "../../../functions/dispatch/pool.ts";
import { nodeStorage } from "../../harness/node-storage.ts";

const slotLease = 15 * 60_000;

const step = fc.oneof(
  fc.record({
    type: fc.constant("acquire" as const),
    account: fc.constantFrom("a", "b", "c"),
    number: fc.integer({ min: 0, max: 7 }),
  }),
  fc.record({ type: fc.constant("release" as const), nth: fc.nat({ max: 20 }) }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 20 * 60_000 }) }),
);

describe("the pool, whatever is asked of it and in whatever order,", () => {
  it("never leases more slots than there are", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 80 }),
        (slots, steps) => {
          const pool = new Pool(nodeStorage(), { slots, perMinute: null });
          const held = new Map<string, number>();
          let now = 0;
          for (const one of steps) {
            if (one.type === "pass") now += one.ms;
            if (one.type === "acquire") {
              const edit = `${one.account}${one.number}`;
              if (pool.acquire({ account: one.account, edit }, now).granted) {
                held.set(edit, now + slotLease);
              }
            }
            if (one.type === "release") {
              const edit = [...held.keys()][one.nth] ?? "a0";
              held.delete(edit);
              pool.release(edit, undefined, now);
            }
            for (const [edit, until] of held) if (until <= now) held.delete(edit);
            expect(held.size).toBeLessThanOrEqual(slots);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("keeps the slot of an attempt that runs, whatever older attempts give back", () => {
    const move = fc.record({
      attempt: fc.integer({ min: 1, max: 6 }),
      type: fc.constantFrom("acquire" as const, "release" as const),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const pool = new Pool(nodeStorage(), { slots: 1, perMinute: null });
        let held: number | null = null;
        for (const [now, { attempt, type }] of moves.entries()) {
          if (type === "acquire") {
            expect(pool.acquire({ account: "a", edit: "a1", attempt }, now).granted).toBe(true);
            held = Math.max(held ?? 0, attempt);
          } else {
            pool.release("a1", attempt, now);
            if (held !== null && attempt >= held) held = null;
          }
          const other = pool.acquire({ account: "b", edit: "b1", attempt: 1 }, now);
          expect(other.granted).toBe(held === null);
          pool.release("b1", undefined, now);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("lets no more start in any minute than the provider takes, renewals included", () => {
    const asks = fc.array(
      fc.record({
        edit: fc.integer({ min: 0, max: 30 }),
        wait: fc.integer({ min: 0, max: 9_000 }),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), asks, (perMinute, sent) => {
        const pool = new Pool(nodeStorage(), { slots: 1_000, perMinute });
        const starts: number[] = [];
        let now = 0;
        for (const { edit, wait } of sent) {
          now += wait;
          const slot = pool.acquire({ account: "a", edit: String(edit) }, now);
          if (slot.granted) starts.push(now);
          else if (slot.retryAfter !== null) expect(slot.retryAfter).toBeGreaterThan(0);
        }
        for (const [index, at] of starts.entries()) {
          const next = starts[index + perMinute];
          if (next !== undefined) expect(next - at).toBeGreaterThanOrEqual(60_000);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("gives a free slot to an account that has the fewest, of those who wait", () => {
    const waiting = fc.record({
      a: fc.integer({ min: 1, max: 60 }),
      b: fc.integer({ min: 1, max: 6 }),
      c: fc.integer({ min: 0, max: 3 }),
    });
    const order = fc.array(fc.nat({ max: 100 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), waiting, order, (slots, counts, ends) => {
        const pool = new Pool(nodeStorage(), { slots, perMinute: null });
        const queue: Candidate[] = Object.entries(counts).flatMap(([account, count]) =>
          Array.from({ length: count }, (_, n) => ({ account, edit: `${account}${n}` })),
        );
        let now = 0;
        const running: Candidate[] = [];
        const pending = new Map<string, Candidate>();
        for (const candidate of queue) {
          if (pool.acquire(candidate, now++).granted) running.push(candidate);
          else pending.set(candidate.edit, candidate);
        }
        const has = (account: string) => running.filter((one) => one.account === account).length;
        for (const end of ends) {
          const [ended] = running.splice(end % Math.max(running.length, 1), 1);
          if (ended === undefined) break;
          for (const next of pool.release(ended.edit, undefined, now++)) {
            const fewest = Math.min(...[...pending.values()].map(({ account }) => has(account)));
            expect(has(next.account)).toBe(fewest);
            expect(pool.acquire(next, now++)).toEqual({ granted: true });
            pending.delete(next.edit);
            running.push(next);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("lets every edit have its turn, though releases and calls are lost", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }),
        (slots, lost, accounts) => {
          const pool = new Pool(nodeStorage(), { slots, perMinute: null });
          const waiting = new Map(
            accounts.map((account, n) => [`${account}${n}`, { account, edit: `${account}${n}` }]),
          );
          let chance = 0;
          let now = 0;
          // Each round, everyone who waits asks once more; who starts is through before the next round.
          for (let round = 0; waiting.size > 0; round++) {
            expect(round).toBeLessThan(200);
            for (const candidate of waiting.values()) {
              now += 10;
              if (!pool.acquire(candidate, now).granted) continue;
              waiting.delete(candidate.edit);
              if (lost[chance++ % lost.length] !== true)
                pool.release(candidate.edit, undefined, now);
            }
            now += 5 * 60_000;
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("an account with a thousand waiting edits", () => {
  it.each([1, 2, 8])("delays another's first edit by one slot that comes free, of %i", (slots) => {
    const pool = new Pool(nodeStorage(), { slots, perMinute: null });
    for (let n = 0; n < slots + 1_000; n++) pool.acquire({ account: "a", edit: `a${n}` }, n);
    const first = { account: "b", edit: "b0" };
    expect(pool.acquire(first, 5_000)).toMatchObject({ granted: false, position: 1 });
    expect(pool.release("a0", undefined, 5_001)).toEqual([first]);
    expect(pool.acquire(first, 5_002)).toMatchObject({ granted: true });
  });

  it("shares a single slot in turns with accounts that send one edit after the other", () => {
    const pool = new Pool(nodeStorage(), { slots: 1, perMinute: null });
    let now = 0;
    const ask = (account: string, n: number) =>
      pool.acquire({ account, edit: `${account}${n}` }, now++);
    for (let n = 0; n < 100; n++) ask("a", n);
    const served: string[] = [];
    const asked = { b: 0, c: 0 };
    let running = "a0";
    for (let turn = 0; turn < 30; turn++) {
      ask("b", asked.b);
      ask("c", asked.c);
      const [next] = pool.release(running, undefined, now++);
      if (next === undefined) throw new Error("nobody is next");
      expect(pool.acquire(next, now++)).toMatchObject({ granted: true });
      running = next.edit;
      served.push(next.account);
      if (next.account === "b") asked.b += 1;
      if (next.account === "c") asked.c += 1;
    }
    for (const account of ["a", "b", "c"]) {
      expect(served.filter((one) => one === account)).toHaveLength(10);
    }
  });
});
