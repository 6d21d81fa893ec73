/** How far an account may go, and how far it is: what the rate limit headers say. Plain data that crosses RPC. */
export interface Limits {
  /** Creates a minute; `reset` is when all of them are there again, in seconds. */
  readonly creates: { readonly limit: number; readonly remaining: number; readonly reset: number };
  /** Edits that may be unfinished at the same time. */
  readonly unfinished: { readonly limit: number; readonly remaining: number };
}

/**
 * The fields `RateLimit-Policy` and `RateLimit` in the structured form of draft-ietf-httpapi-ratelimit-headers-11: a list
 * of named policies with quota, window and unit, and what is left of each.
 */
export function limitFields({ creates, unfinished }: Limits): Record<string, string> {
  return {
    "ratelimit-policy": `"creates";q=${creates.limit};w=60, "unfinished";q=${unfinished.limit};qu="concurrent-requests"`,
    ratelimit: `"creates";r=${creates.remaining};t=${creates.reset}, "unfinished";r=${unfinished.remaining}`,
  };
}
