import type { Edit } from "../../../schemas/edit.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { describeError, log } from "../../log.ts";
import type { AppContext } from "../app-env.ts";

/** The longest that an answer is held back, in seconds. */
const longestWait = 60;

/** The seconds that `Prefer: wait[=n]` (RFC 7240) asks for; null where it does not. */
export function preferredWait(header: string | undefined): number | null {
  const match = /(?:^|,)\s*wait(?:\s*=\s*"?(\d{1,6})"?)?\s*(?:$|[,;])/i.exec(header ?? "");
  if (match === null) return null;
  return Math.min(Math.max(Number(match[1] ?? longestWait), 1), longestWait);
}

/**
 * 202 with the edit; or, for callers who prefer to wait, 200 with the finished edit, or the problem that it ended with.
 * Where the wait breaks off, 202 again: the edit goes on.
 */
export async function answerEdit(
  c: AppContext,
  edit: Edit,
  wait: number | null,
): Promise<Response> {
  const { account, credential } = c.var.caller;
  c.header("location", edit.urls.self);
  if (wait === null) return c.json(edit, 202);
  const awaited = await account
    .awaitEdit(credential, edit.id, wait * 1000)
    .catch((error: unknown) => {
      log("warn", "edit.unawaited", { edit: edit.id, reason: describeError(error) });
      return null;
    });
  // What the edit is by now nobody can tell, but accepted it is.
  if (awaited === null) return c.json(edit, 202);
  const current = unwrap(awaited);
  c.header("preference-applied", `wait=${wait}`);
  if (!isTerminal(current.status)) return c.json(current, 202);
  if (current.error !== null) {
    throw new ProblemError({
      code: current.error.code,
      detail: `${current.error.detail} (${edit.id})`,
    });
  }
  return c.json(current, 200);
}
