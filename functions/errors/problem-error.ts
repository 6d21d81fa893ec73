import type { Result } from "../result.ts";
import type { Refusal } from "./refusal.ts";

/** A refusal on its way up through a handler; the app's `onError` turns it into a problem response. */
export class ProblemError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = "ProblemError";
    this.refusal = refusal;
  }
}

/** The value of a result, or its refusal thrown. */
export function unwrap<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problem);
}
