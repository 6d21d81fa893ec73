import type { Problem } from "../../schemas/problem.ts";

/** What went wrong between this client and Inlay. */
export class InlayError extends Error {
  override name = "InlayError";
}

/** No answer came: the connection failed, or nothing came in time. */
export class ConnectionError extends InlayError {
  override name = "ConnectionError";
}

/** Inlay refused. `code` is stable; `requestId` finds the request in the operator's logs. */
export class ApiError extends InlayError {
  override name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** Seconds after which trying again makes sense, where Inlay says so. */
  readonly retryAfter: number | null;
  readonly problem: Problem | null;

  constructor(response: Response, problem: Problem | null) {
    super(problem?.detail ?? `Inlay answered ${response.status}.`);
    this.status = response.status;
    this.code = problem?.code ?? "unknown";
    this.requestId = response.headers.get("x-request-id");
    const seconds = response.headers.get("retry-after");
    this.retryAfter = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : null;
    this.problem = problem;
  }
}

/** The key is missing, mistyped or revoked (401). */
export class AuthenticationError extends ApiError {
  override name = "AuthenticationError";
}

/** The balance does not cover the edit (402). */
export class CreditsError extends ApiError {
  override name = "CreditsError";
}

/** The key or the account may not do this (403). */
export class PermissionError extends ApiError {
  override name = "PermissionError";
}

/** There is no such thing, or not any more (404, 410). */
export class NotFoundError extends ApiError {
  override name = "NotFoundError";
}

/** Too much at once (429), still so after the retries. */
export class RateLimitError extends ApiError {
  override name = "RateLimitError";
}

/** Something failed on Inlay's side (5xx), still so after the retries. */
export class ServerError extends ApiError {
  override name = "ServerError";
}

/** The error of a refused request. */
export async function apiError(response: Response): Promise<ApiError> {
  const problem = await response.json<Problem>().catch(() => null);
  return new (classOf(response.status))(response, problem);
}

function classOf(status: number): typeof ApiError {
  if (status === 401) return AuthenticationError;
  if (status === 402) return CreditsError;
  if (status === 403) return PermissionError;
  if (status === 404 || status === 410) return NotFoundError;
  if (status === 429) return RateLimitError;
  return status >= 500 ? ServerError : ApiError;
}
