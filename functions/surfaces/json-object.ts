import type { AppContext } from "../api/app-env.ts";
import { ProblemError } from "../errors/problem-error.ts";

/**
 * The body as a JSON object.
 *
 * @throws {ProblemError} `request_malformed` for anything else.
 */
export async function jsonObject(c: AppContext): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new ProblemError({
    code: "request_malformed",
    detail: "The body is not a JSON object. Check its syntax.",
  });
}
