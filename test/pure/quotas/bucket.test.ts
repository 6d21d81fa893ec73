import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelOf, takeToken } from "../../../functions/quotas/bucket.ts";

const rate = fc.integer({ min: 1, max: 60_000 });
const start = Date.UTC(2026, 0, 1);
/** Gaps between takes, in milliseconds; some clocks go back. */
const gaps = fc.array(fc.integer({ min: -10_000, max: 30_000 }), { maxLength: 60 });

/** Takes whenever it can, with these gaps; returns the moments at which it could, and the state after. */
function takes(perMinute: number, waits: readonly number[]) {
  const at: number[] = [];
  let fullAt = 0;
  let now = start;
  for (const wait of waits) {
    now += wait;
    const tried = takeToken(perMinute, fullAt, now);
    ({ fullAt } = tried);
    if (tried.taken) at.push(now);
  }
  return { at, fullAt, now };
}

describe("a token bucket", () => {
  it("gives exactly as many at once as it says that it holds, and then none", () => {
    fc.assert(
      fc.property(rate, gaps, (perMinute, waits) => {
        const { fullAt, now } = takes(perMinute, waits);
        let left = levelOf(perMinute, fullAt, now).remaining;
        let state = fullAt;
        // Large buckets are looked into at their end.
        if (left > 2_000) {
          state = now * 1000 + (perMinute - 2_000) * Math.ceil(60_000_000 / perMinute);
          left = levelOf(perMinute, state, now).remaining;
        }
        for (; left > 0; left--) {
          const tried = takeToken(perMinute, state, now);
          expect(tried.taken).toBe(true);
          state = tried.fullAt;
          expect(levelOf(perMinute, state, now).remaining).toBe(left - 1);
        }
        expect(takeToken(perMinute, state, now).taken).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it("gives one again when it says so, and not before, and is full when it says so", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), (perMinute) => {
        const burst = Array.from({ length: perMinute }, () => 0);
        const { fullAt, now } = takes(perMinute, burst);
        const { nextIn, fullIn, remaining } = levelOf(perMinute, fullAt, now);
        expect(remaining).toBe(0);
        expect(nextIn).toBeGreaterThan(0);
        expect(takeToken(perMinute, fullAt, now + nextIn - 0.001).taken).toBe(false);
        expect(takeToken(perMinute, fullAt, now + nextIn).taken).toBe(true);
        expect(levelOf(perMinute, fullAt, now + fullIn).remaining).toBe(perMinute);
      }),
    );
  });

  it("never gives more in any stretch of time than its size and what flowed in meanwhile", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), waits, (perMinute, gapsForward) => {
        const { at } = takes(perMinute, gapsForward);
        for (const [first, from] of at.entries()) {
          for (const [last, to] of at.entries()) {
            if (last < first) continue;
            const allowed = perMinute + ((to - from) / 60_000) * perMinute;
            expect(last - first + 1).toBeLessThanOrEqual(allowed + 1e-3);
          }
        }
      }),
    );
  });

  it("holds nobody up for more than one step when the clock was set back", () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 0, max: 86_400_000 }), (perMinute, back) => {
        const { fullAt, now } = takes(perMinute, [0, 0, 0]);
        const first = takeToken(perMinute, fullAt, now - back);
        const { nextIn } = levelOf(perMinute, first.fullAt, now - back);
        const second = takeToken(perMinute, first.fullAt, now - back + nextIn);
        expect(nextIn).toBeLessThanOrEqual(Math.ceil(60_000_000 / perMinute) / 1000);
        expect(first.taken || second.taken).toBe(true);
      }),
    );
  });
});
