import type { DeliveryStatus } from "../../schemas/delivery.ts";
import { nextDeliveryAt } from "./schedule.ts";

/** The part of a delivery that its life cycle decides over. */
export interface DeliveryState {
  readonly status: DeliveryStatus;
  readonly tries: number;
  /** When the next try is due, in milliseconds; null once there is none. */
  readonly dueAt: number | null;
}

/** What can happen to a delivery. */
export type DeliveryEvent =
  | {
      readonly type: "tried";
      /** The receiver's status; null where there was no answer. */
      readonly status: number | null;
      readonly now: number;
      /** Seconds from the receiver's `Retry-After`. */
      readonly retryAfter: number | null;
      /** A random number in [0, 1). */
      readonly jitter: number;
    }
  /** Its address keeps failing, and it is older than all of its tries should take. */
  | { readonly type: "outwaited" }
  /** Its endpoint was disabled or deleted. */
  | { readonly type: "endpoint_ended" };

/** What a delivery tells the address that it goes to. */
type DeliveryEffect = "answered" | "failed" | "gone" | "exhausted";

export interface DeliveryTransition {
  readonly state: DeliveryState;
  readonly effects: readonly DeliveryEffect[];
}

/**
 * The life of a delivery: `pending -> delivered | failed | canceled`; the last three absorb everything. 2xx delivers, 410
 * fails at once, and anything else, redirects included, is tried again on the published schedule until that is used up.
 */
export function next(state: DeliveryState, event: DeliveryEvent): DeliveryTransition {
  if (state.status !== "pending") return { state, effects: [] };
  const end = (status: DeliveryStatus, tries = state.tries) => ({ status, tries, dueAt: null });
  switch (event.type) {
    case "tried": {
      const { status, now, retryAfter, jitter } = event;
      const tries = state.tries + 1;
      if (status !== null && status >= 200 && status < 300) {
        return { state: end("delivered", tries), effects: ["answered"] };
      }
      if (status === 410) return { state: end("failed", tries), effects: ["answered", "gone"] };
      const dueAt = nextDeliveryAt({ attempts: tries, now, retryAfter, jitter });
      if (dueAt === null) return { state: end("failed", tries), effects: ["failed", "exhausted"] };
      return { state: { status: "pending", tries, dueAt }, effects: ["failed"] };
    }
    case "outwaited":
      return { state: end("failed"), effects: ["exhausted"] };
    case "endpoint_ended":
      return { state: end("canceled"), effects: [] };
    default:
      return event satisfies never;
  }
}
