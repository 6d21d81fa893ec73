import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closed,
  longFailing,
  maxInFlight,
  next,
  opensAfter,
  tryLease,
  vacancies,
  type BreakerEvent,
  type BreakerState,
  type BreakerTransition,
} from "../../../functions/deliver/breaker.ts";

const open = (failures: number, probeAt: number): BreakerState => ({ failures, probeAt });
const asked = (now: number, inFlight = 0): BreakerEvent => ({ type: "asked", now, inFlight });
const failed = (now: number): BreakerEvent => ({ type: "failed", now });
const admitted = { admitted: true } as const;

const table: [
  sentence: string,
  before: BreakerState,
  event: BreakerEvent,
  after: BreakerTransition,
][] = [
  ["closed lets a try through", closed, asked(0), { state: closed, verdict: admitted }],
  [
    "closed lets the tenth try at once through",
    closed,
    asked(0, 9),
    { state: closed, verdict: admitted },
  ],
  [
    "closed has the eleventh wait until one is over, or lost",
    closed,
    asked(7, 10),
    { state: closed, verdict: { waitUntil: 7 + tryLease } },
  ],
  [
    "few failures in a row close nothing",
    { failures: 3, probeAt: null },
    failed(0),
    { state: { failures: 4, probeAt: null }, verdict: null },
  ],
  [
    "the fifth failure in a row opens it for 30 seconds",
    { failures: 4, probeAt: null },
    failed(1_000),
    { state: open(5, 31_000), verdict: null },
  ],
  [
    "open has tries wait for the probe",
    open(5, 31_000),
    asked(30_999),
    { state: open(5, 31_000), verdict: { waitUntil: 31_000 } },
  ],
  [
    "open lets one probe through, and nobody after it",
    open(5, 31_000),
    asked(31_000),
    { state: open(5, 31_000 + tryLease), verdict: admitted },
  ],
  [
    "a failed probe doubles the pause",
    open(5, 91_000),
    failed(32_000),
    { state: open(6, 92_000), verdict: null },
  ],
  [
    "a pause is at most ten minutes",
    open(40, 0),
    failed(0),
    { state: open(41, 600_000), verdict: null },
  ],
  [
    "a try by hand is the next probe",
    open(5, 31_000),
    { type: "hurried", now: 2_000 },
    { state: open(5, 2_000), verdict: null },
  ],
  [
    "a try by hand is nothing special where it is closed",
    closed,
    { type: "hurried", now: 2_000 },
    { state: closed, verdict: null },
  ],
  ["an answer closes it", open(9, 500), { type: "answered" }, { state: closed, verdict: null }],
];

describe("the breaker of an address", () => {
  it.each(table)("%s", (_sentence, before, event, after) => {
    expect(next(before, event)).toEqual(after);
  });

  it("calls up as many as it would let in: room while closed, one for the probe, none before it", () => {
    expect(vacancies(closed, 0, 0)).toBe(maxInFlight);
    expect(vacancies(closed, 0, 12)).toBe(0);
    expect(vacancies(open(5, 10), 9, 0)).toBe(0);
    expect(vacancies(open(5, 10), 10, 0)).toBe(1);
  });

  it("lets no more than one try through a pause, whatever happened before", () => {
    const events = fc.array(fc.boolean(), { minLength: opensAfter, maxLength: 60 });
    fc.assert(
      fc.property(events, (answers) => {
        let state = closed;
        let now = 0;
        for (const answered of answers) {
          state = next(state, answered ? { type: "answered" } : failed(now)).state;
          now += 1;
        }
        const isOpen = state.probeAt !== null;
        let through = 0;
        for (let ask = 0; ask < 20; ask++) {
          const { state: after, verdict } = next(state, asked(now + 600_001));
          state = after;
          if (verdict !== null && "admitted" in verdict) through += 1;
        }
        expect(through).toBe(isOpen ? 1 : 20);
      }),
    );
  });
});

it("as many failures as an operator is told of take an hour, though ten tries had failed together", () => {
  let state: BreakerState = { failures: opensAfter - 1, probeAt: null };
  let now = 0;
  for (let together = 0; together < maxInFlight; together++) ({ state } = next(state, failed(now)));
  while (state.failures < longFailing) {
    now = state.probeAt ?? now;
    ({ state } = next(state, failed(now)));
  }
  expect(now).toBeGreaterThanOrEqual(3_600_000);
});
