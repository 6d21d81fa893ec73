import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "@hono/zod-openapi";
import { Problem } from "../../schemas/problem.ts";
import { problemCatalogue, type ProblemCode } from "../../schemas/problem-catalogue.ts";
import { raise } from "../alerts.ts";
import { ConfigurationError } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { toProblem, type Refusal } from "../errors/refusal.ts";
import { describeError } from "../log.ts";
import { envelopeFor } from "../surfaces/envelopes.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * The one way an error leaves the service: problem+json (RFC 9457), with the request's id in body and header. Compatible
 * surfaces put the problem into their own envelope, and its code into the header `Inlay-Error`.
 */
export function problemResponse(c: Context<AppEnv>, refusal: Refusal): Response {
  const problem = toProblem(refusal, c.var.requestId);
  const envelope = envelopeFor(c.req.path, problem);
  const headers: Record<string, string> = {
    "content-type": envelope?.contentType ?? "application/problem+json",
    ...envelope?.headers,
    ...(envelope === null ? {} : { "inlay-error": problem.code }),
  };
  if (refusal.retryAfter !== undefined) headers["retry-after"] = String(refusal.retryAfter);
  if (problem.status === 401) headers["www-authenticate"] = "Bearer";
  const { status, body } = envelope ?? { status: problem.status, body: problem };
  return c.body(JSON.stringify(body), status as ContentfulStatusCode, headers);
}

/** Turns whatever a handler threw into a problem; of an unknown error nothing but the request's id gets out. */
export function onError(error: Error, c: Context<AppEnv>): Response {
  return problemResponse(c, refusalOf(error, c.var.requestId));
}

/** The problem that an error is, for answers that have begun already. */
export function problemOf(error: Error, request: string): Problem {
  return toProblem(refusalOf(error, request), request);
}

function refusalOf(error: Error, request: string): Refusal {
  if (error instanceof ProblemError) return error.refusal;
  if (error instanceof ConfigurationError) {
    raise("configuration.invalid", { request, reason: error.message });
    return { code: "configuration_invalid", detail: error.message };
  }
  if (error instanceof HTTPException && error.status === 400) {
    return { code: "request_malformed", detail: "The body is not valid JSON. Check its syntax." };
  }
  if (isPassing(error)) {
    raise("request.unavailable", { request, reason: describeError(error) });
    return {
      code: "unavailable",
      detail: "Try again in a moment; nothing was lost.",
      retryAfter: 1,
    };
  }
  raise("request.failed", { request, reason: describeError(error) });
  return {
    code: "internal_error",
    detail: `Something went wrong. Try again, and quote request ${request} if it stays.`,
  };
}

/** Whether a Durable Object says that the same call may succeed a moment later. */
export function isPassing(error: object): boolean {
  return (
    ("retryable" in error && error.retryable === true) ||
    ("overloaded" in error && error.overloaded === true)
  );
}

/** The refusal of a request whose fields do not validate, with a pointer to each. */
export function invalidRequest(error: z.ZodError): Refusal {
  const errors = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerTo([...issue.path, key]),
          detail: unknownField(key),
        }))
      : [{ pointer: pointerTo(issue.path), detail: issue.message }],
  );
  const first = errors[0];
  return {
    code: "request_invalid",
    detail: first === undefined ? "Check the request." : `${first.pointer}: ${first.detail}`,
    errors,
  };
}

function unknownField(key: string): string {
  return `${key} is no field of this request. Remove it.`;
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** The documented problem responses of a route: one a status, naming the codes. */
export function problems(...codes: ProblemCode[]) {
  const always: ProblemCode[] = ["configuration_invalid", "internal_error", "unavailable"];
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...codes, ...always])) {
    const { status } = problemCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [
      status,
      {
        description: listed.join(", "),
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  );
}

/** What every route that takes an API key may answer. */
export const keyProblems: ProblemCode[] = [
  "key_missing",
  "key_invalid",
  "key_revoked",
  "key_scope_missing",
  "token_not_allowed",
];

/** What every route that takes a client token as well may answer. */
export const clientProblems: ProblemCode[] = [
  "key_missing",
  "key_invalid",
  "key_revoked",
  "key_scope_missing",
  "token_invalid",
  "token_expired",
];
