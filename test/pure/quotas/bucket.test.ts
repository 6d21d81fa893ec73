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
    const next = takeToken(perMinute, fullAt, now);
    if (next === null) continue;
    fullAt = next;
    at.push(now);
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
          const next = takeToken(perMinute, state, now);
          expect(next).not.toBeNull();
          state = next ?? 0;
          expect(levelOf(perMinute, state, now).remaining).toBe(left - 1);
        }
        expect(takeToken(perMinute, state, now)).toBeNull();
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
        expect(takeToken(perMinute, fullAt, now + nextIn - 0.001)).toBeNull();
        expect(takeToken(perMinute, fullAt, now + nextIn)).not.toBeNull();
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
    const { fullAt, now } = takes(60, [0, 0, 0]);
    const { nextIn, remaining } = levelOf(60, fullAt, now - 3_600_000);
    expect(remaining).toBe(0);
    expect(nextIn).toBeLessThanOrEqual(1_000);
  });
});
