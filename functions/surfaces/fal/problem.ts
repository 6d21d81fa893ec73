import type { Problem } from "../../../schemas/problem.ts";
import type { Envelope } from "../envelope.ts";

/**
 * An error as fal's clients read it: 422 lists the fields (`loc`, `msg`, `type`), everything else is a sentence. What is
 * asked of an edit that has not ended or has been canceled is a 400 there.
 */
export function falProblem(problem: Problem): Envelope {
  const early = problem.code === "edit_unfinished" || problem.code === "edit_canceled";
  const status = early ? 400 : problem.status;
  const body = { detail: status === 422 ? falFields(problem) : problem.detail };
  return {
    status,
    contentType: "application/json",
    body,
    headers: { "x-fal-error-type": problem.code },
  };
}

/** The fields of a problem as FastAPI lists them; the whole body where it points at none. */
export function falFields({ code, detail, errors }: Problem): object[] {
  if (errors === undefined || errors.length === 0) {
    return [{ loc: ["body"], msg: detail, type: code }];
  }
  return errors.map((field) => ({
    loc: ["body", ...field.pointer.split("/").filter((step) => step !== "")],
    msg: field.detail,
    type: code,
  }));
}
