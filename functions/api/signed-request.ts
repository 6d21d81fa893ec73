import { raise } from "../alerts.ts";
import type { ProblemCode } from "../../schemas/problem-catalogue.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import type { Arriving, BodyProblem } from "../images/body.ts";
import { verifyUrl, type Grant } from "../images/signed-url.ts";
import type { AppContext } from "./app-env.ts";

/** What a PUT to a signed URL may answer. */
export const putProblems: ProblemCode[] = [
  "url_signature_invalid",
  "url_expired",
  "length_required",
  "body_too_large",
  "request_malformed",
  "body_too_slow",
  "content_conflict",
];

/**
 * What this request's URL allows. `late` takes a genuine URL after its time, for news that must not be lost.
 *
 * @throws {ProblemError} `url_signature_invalid` or `url_expired`.
 */
export function signedGrant(c: AppContext, options: { readonly late?: boolean } = {}): Grant {
  const { SIGNING_KEYS } = readConfiguration(c.env);
  const now = Math.floor(Date.now() / 1000);
  const verified = verifyUrl(SIGNING_KEYS, c.req.method, new URL(c.req.url), now);
  if (verified.ok) return verified.value;
  const { reason, grant } = verified.problem;
  if (reason !== "expired" || grant === undefined) {
    const { path } = c.req;
    raise(path.startsWith("/files/callback/") ? "callback.forged" : "url.forged", {
      request: c.var.requestId,
      path,
    });
    throw new ProblemError({
      code: "url_signature_invalid",
      detail: "The URL was changed or not made here. Use it exactly as it was given.",
    });
  }
  if (options.late === true) return grant;
  throw new ProblemError({
    code: "url_expired",
    detail: "The URL's time is over. Ask for a fresh one: GET the edit or create a new upload.",
  });
}

/** When a body that arrives from now on has taken too long. */
export function bodyDeadline(c: AppContext): AbortSignal {
  return AbortSignal.timeout(readConfiguration(c.env).BODY_SECONDS * 1000);
}

/** What is answered about a body that was not what its sender said. */
export function bodyRefusal(problem: BodyProblem): ProblemError {
  switch (problem) {
    case "too_slow":
      return new ProblemError({
        code: "body_too_slow",
        detail: "The body took too long to arrive. Send it again, or in parts: POST /v1/uploads.",
      });
    case "too_large":
    case "length_differs":
      return new ProblemError({
        code: "request_malformed",
        detail: "The body is not as long as its Content-Length. Send it again.",
      });
    default:
      return problem satisfies never;
  }
}

/** The body of a PUT and its declared length, within `maxBytes`. */
export function putBody(
  c: AppContext,
  maxBytes: number,
): Required<Arriving> & { readonly contentLength: number } {
  const declared = c.req.header("content-length");
  if (declared === undefined || !/^\d+$/.test(declared)) {
    throw new ProblemError({ code: "length_required", detail: "Send a Content-Length." });
  }
  const contentLength = Number(declared);
  if (contentLength > maxBytes) {
    throw new ProblemError({
      code: "body_too_large",
      detail: `At most ${maxBytes} bytes are taken here; this has ${contentLength}.`,
    });
  }
  if (c.req.raw.body === null) {
    throw new ProblemError({ code: "request_malformed", detail: "The body is empty." });
  }
  return { body: c.req.raw.body, contentLength, signal: bodyDeadline(c) };
}
