import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Waker } from "../../../functions/account/waker.ts";

const hour = 3_600_000;

/** Nets that note what they are asked for. */
function nets() {
  const alarms: number[] = [];
  const reminders: number[] = [];
  const done = (note: () => unknown) => Promise.resolve(note()).then(() => undefined);
  return {
    alarms,
    reminders,
    setAlarm: (at: number) => done(() => alarms.push(at)),
    deleteAlarm: () => done(() => alarms.push(0)),
    remind: (_account: string, seconds: number) => done(() => reminders.push(seconds)),
    record: () => done(() => null),
  };
}

describe("what wakes an account", () => {
  it("goes in hops of at most 12 hours, since the queue holds no message back for longer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 * hour }), async (delay) => {
        const asked = nets();
        const waker = new Waker("u", asked);
        const due = 1_000 + delay;
        let now = 1_000;
        for (let hop = 0; now < due; hop++) {
          expect(hop).toBeLessThanOrEqual(delay / (12 * hour) + 1);
          waker.woken(now);
          await waker.arm(due, now);
          expect(asked.alarms.at(-1)).toBe(Math.max(due, now + 50));
          const seconds = asked.reminders.at(-1) ?? 0;
          expect(seconds).toBeLessThanOrEqual(12 * 3_600);
          now += Math.max(seconds * 1_000, 1);
        }
      }),
    );
  });
});
