import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Waker, type WakeNets } from "../../../functions/account/waker.ts";

/** A waker whose nets note what they are asked, and fail where `failing` says so. */
function watched(failing: readonly (keyof WakeNets)[] = []) {
  const asked: string[] = [];
  const net =
    (name: keyof WakeNets) =>
    (...args: readonly (string | number | null)[]) => {
      asked.push([name, ...args].join(" "));
      return failing.includes(name) ? Promise.reject(new Error(name)) : Promise.resolve();
    };
  const nets: WakeNets = {
    setAlarm: net("setAlarm"),
    deleteAlarm: net("deleteAlarm"),
    remind: net("remind"),
    record: net("record"),
  };
  return { waker: new Waker("a", nets), asked };
}

const hour = 3_600_000;

describe("an account's next deadline", () => {
  it("is kept by the alarm, the queue and the directory", async () => {
    const { waker, asked } = watched();
    await waker.arm(60_000, 0);
    expect(asked).toEqual(["setAlarm 60000", "record a 60000", "remind a 65"]);
  });

  it("is written to the queue and the directory only where it comes closer", async () => {
    const { waker, asked } = watched();
    await waker.arm(60_000, 0);
    asked.length = 0;
    await waker.arm(90_000, 1_000);
    expect(asked).toEqual(["setAlarm 90000"]);
    await waker.arm(30_000, 2_000);
    expect(asked.slice(1)).toEqual(["setAlarm 30000", "record a 30000", "remind a 33"]);
  });

  it("reaches the other nets though the alarm cannot be set", async () => {
    const { waker, asked } = watched(["setAlarm"]);
    await waker.arm(60_000, 0);
    expect(asked.slice(1)).toEqual(["record a 60000", "remind a 65"]);
  });

  it.each(["record", "remind"] as const)("is written again after %s failed", async (net) => {
    const { waker, asked } = watched([net]);
    await waker.arm(60_000, 0);
    asked.length = 0;
    await waker.arm(60_000, 1_000);
    expect(asked).toEqual(["setAlarm 60000", "record a 60000", "remind a 64"]);
  });

  it("is a visit within a day where nothing is due", async () => {
    const { waker, asked } = watched();
    await waker.arm(null, 0);
    expect(asked).toEqual(["deleteAlarm", `record a ${24 * hour}`]);
  });

  it("is hopped to where the queue cannot hold a message for so long", async () => {
    const { waker, asked } = watched();
    await waker.arm(30 * hour, 0);
    expect(asked).toContain(`remind a ${12 * 3_600}`);
  });
});

/** Nets that note what they are asked for. */
function countingNets() {
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
        const asked = countingNets();
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

describe("a deleted account", () => {
  it("is written to no net any more", async () => {
    const { waker, asked } = watched();
    await waker.rest();
    expect(asked).toEqual(["deleteAlarm", "record a "]);
  });
});
