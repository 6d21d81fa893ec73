import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryDelays, nextDeliveryAt } from "../../../functions/deliver/schedule.ts";

describe("the schedule of a webhook", () => {
  it("tries ten times over about 75 hours", () => {
    expect(deliveryDelays).toHaveLength(10);
    const hours = deliveryDelays.reduce<number>((sum, delay) => sum + delay, 0) / 3600;
    expect(hours).toBeGreaterThan(75);
    expect(hours).toBeLessThan(76);
  });

  it("ends after the tenth try", () => {
    const tried = { attempts: 10, now: 0, retryAfter: null, jitter: 0 };
    expect(nextDeliveryAt(tried)).toBeNull();
    expect(nextDeliveryAt({ ...tried, attempts: 9 })).toBe(86_400_000);
  });

  it("adds at most a tenth of jitter, and Retry-After only moves a try further away", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.option(fc.nat(1_000_000)),
        (attempts, jitter, retryAfter) => {
          const at = nextDeliveryAt({ attempts, now: 1000, retryAfter, jitter }) ?? 0;
          const delay = (deliveryDelays[attempts] ?? 0) * 1000;
          const asked = Math.min(retryAfter ?? 0, 86_400) * 1000;
          expect(at - 1000).toBeGreaterThanOrEqual(Math.max(delay, asked) - 1);
          expect(at - 1000).toBeLessThanOrEqual(Math.max(delay * 1.1, asked) + 1);
        },
      ),
    );
  });
});
