import type { Problem } from "../../../schemas/problem.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import type { Envelope } from "../envelope.ts";

/** Statuses that Stability tells in another way, and its name of each status. */
export const stabilityStatuses: Readonly<Record<number, number>> = {
  410: 404,
  411: 400,
  415: 400,
  422: 400,
  502: 500,
};
export const stabilityNames: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  402: "payment_required",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  408: "request_timeout",
  409: "conflict",
  413: "payload_too_large",
  429: "rate_limit_exceeded",
  500: "internal_error",
  503: "service_unavailable",
  504: "timeout",
};

const moderated: readonly ProblemCode[] = ["input_blocked", "output_blocked"];

/** An error in Stability's envelope: the request's id, the name of the status, and a sentence for each thing wrong. */
export function stabilityProblem(problem: Problem): Envelope {
  const blocked = moderated.includes(problem.code);
  const status = blocked ? 403 : (stabilityStatuses[problem.status] ?? problem.status);
  const name = blocked ? "content_moderation" : (stabilityNames[status] ?? "internal_error");
  const fields = (problem.errors ?? []).map(
    ({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`,
  );
  return {
    status,
    contentType: "application/json",
    body: {
      id: problem.request_id ?? "",
      name,
      errors: fields.length === 0 ? [problem.detail] : fields,
    },
  };
}
