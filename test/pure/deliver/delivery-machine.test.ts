import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  next,
  type DeliveryEvent,
  type DeliveryState,
  type DeliveryTransition,
} from "../../../functions/deliver/delivery-machine.ts";

const pending = (tries: number): DeliveryState => ({ status: "pending", tries, dueAt: 0 });
const ended = (status: DeliveryState["status"], tries: number): DeliveryState => ({
  status,
  tries,
  dueAt: null,
});
const tried = (status: number | null, retryAfter: number | null = null): DeliveryEvent => ({
  type: "tried",
  status,
  now: 1_000,
  retryAfter,
  jitter: 0,
});

const table: [
  sentence: string,
  before: DeliveryState,
  event: DeliveryEvent,
  after: DeliveryTransition,
][] = [
  ["200 delivers", pending(0), tried(200), { state: ended("delivered", 1), effects: ["answered"] }],
  [
    "204 delivers, late too",
    pending(9),
    tried(204),
    { state: ended("delivered", 10), effects: ["answered"] },
  ],
  ...[301, 400, 404, 429, 500, null].map((status): (typeof table)[number] => [
    `${status ?? "no answer"} is tried again on the schedule`,
    pending(1),
    tried(status),
    { state: { status: "pending", tries: 2, dueAt: 301_000 }, effects: ["failed"] },
  ]),
  [
    "Retry-After moves a try further away",
    pending(0),
    tried(503, 60),
    { state: { status: "pending", tries: 1, dueAt: 61_000 }, effects: ["failed"] },
  ],
  [
    "410 fails at once, and says that the address is gone",
    pending(0),
    tried(410),
    { state: ended("failed", 1), effects: ["answered", "gone"] },
  ],
  [
    "the tenth failure is the last",
    pending(9),
    tried(500),
    { state: ended("failed", 10), effects: ["failed", "exhausted"] },
  ],
  [
    "waiting for longer than all tries take fails",
    pending(3),
    { type: "outwaited" },
    { state: ended("failed", 3), effects: ["exhausted"] },
  ],
  [
    "the end of the endpoint cancels",
    pending(3),
    { type: "endpoint_ended" },
    { state: ended("canceled", 3), effects: [] },
  ],
];

describe("the life of a delivery", () => {
  it.each(table)("%s", (_sentence, before, event, after) => {
    expect(next(before, event)).toEqual(after);
  });

  it("ends once: the three ends absorb whatever comes", () => {
    const events = fc.oneof(
      fc.constantFrom<DeliveryEvent>({ type: "outwaited" }, { type: "endpoint_ended" }),
      fc.option(fc.integer({ min: 100, max: 599 })).map((status) => tried(status)),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (happened) => {
        let state = pending(0);
        let end: DeliveryState | null = null;
        for (const event of happened) {
          const after = next(state, event);
          if (end !== null) expect(after).toEqual({ state: end, effects: [] });
          state = after.state;
          if (state.status !== "pending") end ??= state;
          expect(state.dueAt === null).toBe(state.status !== "pending");
        }
        expect(state.tries).toBeLessThanOrEqual(10);
      }),
    );
  });
});
