import type { EditStatus } from "../../schemas/edit.ts";
import type { Refusal } from "../errors/refusal.ts";

/** The part of an edit that its life cycle decides over. */
export interface EditState {
  readonly status: EditStatus;
  /** The newest attempt's number: the fence. Never falls. */
  readonly attempt: number;
  /** Attempts that used up one of the allowed tries. */
  readonly counted: number;
}

/** What can happen to an edit. `attempt` names the attempt that the news is about. */
export type EditEvent =
  | { readonly type: "claimed" }
  | { readonly type: "processing"; readonly attempt: number }
  /** The provider had no room before the start: the attempt does not count. */
  | { readonly type: "busy"; readonly attempt: number }
  /** A manifest lists outputs; `delivered` of them are not blocked. */
  | { readonly type: "succeeded"; readonly attempt: number; readonly delivered: number }
  /** The container found something that no further attempt can mend. */
  | { readonly type: "refused"; readonly attempt: number; readonly refusal: Refusal }
  /** The attempt came to nothing: a crash, a lost lease, an answer without a result. */
  | { readonly type: "lost"; readonly attempt: number }
  | { readonly type: "cancel" }
  | { readonly type: "deadline" };

/** What has to follow, in the same transaction or right after it. */
type EditEffect =
  /** Write the event of the new status. */
  | { readonly type: "announce" }
  /** Capture the unit price of `delivered` outputs and release the rest of the reservation. */
  | { readonly type: "settle"; readonly delivered: number }
  | { readonly type: "dispatch" }
  | { readonly type: "stop_prediction" }
  | { readonly type: "free_slot" };

export interface EditTransition {
  readonly state: EditState;
  readonly effects: readonly EditEffect[];
  /** Why the edit ended without a result. */
  readonly refusal?: Refusal;
}

/** Whether a status is one that nothing changes any more. */
export function isTerminal(status: EditStatus): boolean {
  return ["succeeded", "failed", "canceled", "expired"].includes(status);
}

/**
 * The life of an edit: `queued -> starting -> processing -> succeeded | failed | canceled | expired`.
 *
 * Terminal states absorb everything. A success of any attempt finishes the edit; news of other kinds counts only from
 * the newest attempt. News that changes nothing gives the same state and no effects.
 */
export function next(state: EditState, event: EditEvent, maxAttempts: number): EditTransition {
  const unchanged: EditTransition = { state, effects: [] };
  if (isTerminal(state.status)) return unchanged;
  const running = state.status !== "queued";

  switch (event.type) {
    case "claimed":
      if (running) return unchanged;
      return {
        state: { status: "starting", attempt: state.attempt + 1, counted: state.counted + 1 },
        effects: [{ type: "announce" }],
      };
    case "processing":
      if (state.status !== "starting" || event.attempt !== state.attempt) return unchanged;
      return { state: { ...state, status: "processing" }, effects: [{ type: "announce" }] };
    case "busy":
      if (state.status !== "starting" || event.attempt !== state.attempt) return unchanged;
      return {
        state: { ...state, status: "queued", counted: state.counted - 1 },
        effects: [{ type: "announce" }, { type: "free_slot" }],
      };
    case "succeeded": {
      // An older attempt's result makes the newer attempt, still running, needless.
      const stop = running && event.attempt !== state.attempt;
      if (event.delivered === 0) {
        return end(state, "failed", 0, stop, {
          code: "output_blocked",
          detail: "Every output was blocked by the safety check. Change the prompt or the picture.",
        });
      }
      return end(state, "succeeded", event.delivered, stop);
    }
    case "refused":
      if (!running || event.attempt !== state.attempt) return unchanged;
      return end(state, "failed", 0, false, event.refusal);
    case "lost":
      if (!running || event.attempt !== state.attempt) return unchanged;
      if (state.counted < maxAttempts) {
        return {
          state: { ...state, status: "queued" },
          effects: [{ type: "announce" }, { type: "free_slot" }, { type: "dispatch" }],
        };
      }
      return end(state, "failed", 0, false, {
        code: "model_failed",
        detail: `The model failed ${state.counted} times on this edit. It was not charged; try again.`,
      });
    case "cancel":
      return end(state, "canceled", 0, running);
    case "deadline":
      return end(state, "expired", 0, running, {
        code: "edit_expired",
        detail: "The edit did not finish in time. It was not charged; try again.",
      });
    default:
      return event satisfies never;
  }
}

function end(
  state: EditState,
  status: EditStatus,
  delivered: number,
  stop: boolean,
  refusal?: Refusal,
): EditTransition {
  return {
    state: { ...state, status },
    effects: [
      { type: "settle", delivered },
      { type: "announce" },
      ...(stop ? [{ type: "stop_prediction" } as const] : []),
      { type: "free_slot" },
    ],
    ...(refusal === undefined ? {} : { refusal }),
  };
}
