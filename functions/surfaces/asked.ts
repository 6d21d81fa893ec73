import { RequestedParameters } from "../../schemas/edit.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";

/** What a request of a surface asks of an edit. */
export type Asked = Partial<RequestedParameters>;

/** Every parameter with its default, or the refusal of one that is not valid; pointers are to Inlay's own names. */
export function completed(asked: Asked): Result<RequestedParameters, Refusal> {
  const parsed = RequestedParameters.safeParse(asked);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.map(({ path, message: detail }) => ({
    pointer: `/${path.join("/")}`,
    detail,
  }));
  return err({ code: "request_invalid", detail: errors[0]?.detail ?? "", errors });
}
