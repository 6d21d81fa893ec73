import { describe, expect, it } from "vitest";
import {
  next,
  type EndpointEvent,
  type EndpointState,
  type EndpointTransition,
} from "../../../functions/account/endpoint-machine.ts";

const enabled: EndpointState = { disabled: null };
const gone: EndpointState = { disabled: "gone" };
const off = ["end_deliveries", "reset_breaker", "announce"] as const;

const table: [before: EndpointState, event: EndpointEvent["type"], after: EndpointTransition][] = [
  [enabled, "gone", { state: { disabled: "gone" }, effects: off }],
  [enabled, "exhausted", { state: { disabled: "exhausted" }, effects: off }],
  [enabled, "disable", { state: { disabled: "requested" }, effects: off }],
  [enabled, "enable", { state: enabled, effects: [] }],
  [enabled, "moved", { state: enabled, effects: ["reset_breaker"] }],
  [enabled, "delete", { state: enabled, effects: ["end_deliveries", "reset_breaker"] }],
  [gone, "gone", { state: gone, effects: [] }],
  [gone, "exhausted", { state: gone, effects: [] }],
  [gone, "disable", { state: gone, effects: [] }],
  [gone, "enable", { state: enabled, effects: ["reset_breaker"] }],
  [gone, "moved", { state: gone, effects: ["reset_breaker"] }],
  [gone, "delete", { state: gone, effects: ["end_deliveries", "reset_breaker"] }],
];

describe("the life of an endpoint", () => {
  it.each(table)("%j and %s", (before, type, after) => {
    expect(next(before, { type })).toEqual(after);
  });
});
