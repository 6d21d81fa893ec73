import type { Problem } from "../../../schemas/problem.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import type { Envelope } from "../envelope.ts";

interface Told {
  readonly status: number;
  readonly type: string;
  /** OpenAI's own code, where it has one; Inlay's otherwise. */
  readonly code?: string;
}

/** Codes that OpenAI tells in a way of its own. */
export const openAiCodes: Readonly<Partial<Record<ProblemCode, Told>>> = {
  key_missing: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  key_invalid: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  key_revoked: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  credits_insufficient: { status: 429, type: "insufficient_quota", code: "insufficient_quota" },
  token_limit_reached: { status: 429, type: "insufficient_quota", code: "insufficient_quota" },
  creates_too_fast: { status: 429, type: "requests", code: "rate_limit_exceeded" },
  edits_too_many: { status: 429, type: "requests", code: "rate_limit_exceeded" },
  input_blocked: { status: 400, type: "image_generation_user_error", code: "moderation_blocked" },
  output_blocked: { status: 400, type: "image_generation_user_error", code: "moderation_blocked" },
};

/** Statuses of everything else: what is wrong with a request is a 400, and the model's failure a 500. */
export const openAiStatuses: Readonly<Record<number, Told>> = {
  410: { status: 404, type: "invalid_request_error" },
  411: { status: 400, type: "invalid_request_error" },
  415: { status: 400, type: "invalid_request_error" },
  422: { status: 400, type: "invalid_request_error" },
  502: { status: 500, type: "server_error" },
};

/** An error in OpenAI's envelope: `param` is the first field that it is about. */
export function openAiProblem(problem: Problem): Envelope {
  const { status, type, code } = told(problem);
  const pointer = problem.errors?.[0]?.pointer;
  return {
    status,
    contentType: "application/json",
    body: {
      error: {
        message: problem.detail,
        type,
        param: pointer === undefined ? null : pointer.slice(1).replaceAll("/", "."),
        code: code ?? problem.code,
      },
    },
    // What went wrong for good is not asked for again, whatever its status.
    ...(type === "insufficient_quota" ? { headers: { "x-should-retry": "false" } } : {}),
  };
}

function told({ code, status }: Problem): Told {
  const listed = openAiCodes[code] ?? openAiStatuses[status];
  if (listed !== undefined) return listed;
  return { status, type: status >= 500 ? "server_error" : "invalid_request_error" };
}
