import type { FieldProblem, Problem } from "../../schemas/problem.ts";
import { problemCatalogue, type ProblemCode } from "../../schemas/problem-catalogue.ts";
import type { Limits } from "../quotas/limits.ts";

/**
 * Why something was refused, in plain data, so that it crosses RPC and storage unchanged. `detail` is the sentence a
 * customer reads: it says what to do.
 */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[] | undefined;
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number | undefined;
  /** The limits of the account that refused; they become `RateLimit` and `RateLimit-Policy`. */
  readonly limits?: Limits | undefined;
}

/** A refusal of one field. `pointer` is a JSON Pointer (RFC 6901) into the request. */
export function refuseField(code: ProblemCode, pointer: string, detail: string): Refusal {
  return { code, detail, errors: [{ pointer, detail }] };
}

/** The problem object (RFC 9457) of a refusal: the only place where one becomes the other. */
export function toProblem(refusal: Refusal, requestId?: string): Problem {
  const { status, title } = problemCatalogue[refusal.code];
  return {
    type: `/docs/errors#${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: refusal.detail,
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(refusal.errors === undefined ? {} : { errors: [...refusal.errors] }),
  };
}
