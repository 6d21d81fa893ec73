import type { Problem } from "../../../schemas/problem.ts";
import type { Envelope } from "../envelope.ts";

/**
 * An error as Replicate describes it, which is a problem object (RFC 7807): Inlay's own, with the fields listed as
 * Replicate lists them beside it.
 */
export function replicateProblem(problem: Problem): Envelope {
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => ({
    field: pointer.slice(1).replaceAll("/", "."),
    type: problem.code,
    description: detail,
  }));
  return {
    status: problem.status,
    contentType: "application/problem+json",
    body: fields.length === 0 ? problem : { ...problem, invalid_fields: fields },
  };
}
