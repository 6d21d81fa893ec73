import fc from "fast-check";
import { expect, it } from "vitest";
import {
  merged,
  percentile,
  slotOf,
  type Histogram,
} from "../../../functions/reports/histogram.ts";

const durations = fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 60 });

function counted(all: readonly number[]): Histogram {
  return merged(all.map((ms) => ({ [slotOf(ms)]: 1 })));
}

it("a percentile is never below the true one by a millisecond, nor above it by more than 19 %", () => {
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99), (all, part) => {
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
      const told = percentile(counted(all), part) ?? 0;
      expect(told).toBeGreaterThan(exact - 1);
      expect(told).toBeLessThanOrEqual(exact * 2 ** 0.25);
    }),
  );
});

it("histograms that are merged in any parts are the same", () => {
  fc.assert(
    fc.property(durations, fc.nat({ max: 60 }), (all, cut) => {
      const parts = merged([counted(all.slice(0, cut)), counted(all.slice(cut))]);
      expect(parts).toEqual(counted(all));
    }),
  );
});

it("nothing has no percentile", () => {
  expect(percentile({}, 0.5)).toBeNull();
});
