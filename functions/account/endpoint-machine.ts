import type { DisabledReason } from "../../schemas/webhook-endpoint.ts";

/** The part of an endpoint that its life cycle decides over: enabled while `disabled` is null. */
export interface EndpointState {
  readonly disabled: DisabledReason | null;
}

/** What can happen to an endpoint. */
export type EndpointEvent =
  | { readonly type: "enable" }
  | { readonly type: "disable" }
  /** It answered 410. */
  | { readonly type: "gone" }
  /** A delivery to it used up every try. */
  | { readonly type: "exhausted" }
  /** It leads elsewhere now. */
  | { readonly type: "moved" }
  | { readonly type: "delete" };

/** What has to follow, in the same transaction. */
type EndpointEffect =
  /** Write `endpoint.disabled` to the account's log. */
  | "announce"
  /** End what is still on its way. */
  | "end_deliveries"
  /** Forget the failures so far. */
  | "reset_breaker";

export interface EndpointTransition {
  readonly state: EndpointState;
  readonly effects: readonly EndpointEffect[];
}

/**
 * The life of an endpoint: enabled, or disabled with a reason. A disabled one stays as it is, for the reason that came
 * first, until it is enabled again.
 */
export function next(state: EndpointState, event: EndpointEvent): EndpointTransition {
  switch (event.type) {
    case "enable":
      if (state.disabled === null) return { state, effects: [] };
      return { state: { disabled: null }, effects: ["reset_breaker"] };
    case "disable":
      return disable(state, "requested");
    case "gone":
    case "exhausted":
      return disable(state, event.type);
    case "moved":
      return { state, effects: ["reset_breaker"] };
    case "delete":
      return { state, effects: ["end_deliveries", "reset_breaker"] };
    default:
      return event satisfies never;
  }
}

function disable(state: EndpointState, reason: DisabledReason): EndpointTransition {
  if (state.disabled !== null) return { state, effects: [] };
  return { state: { disabled: reason }, effects: ["end_deliveries", "reset_breaker", "announce"] };
}
