import type { Edit } from "../../schemas/edit.ts";
import { isTerminal } from "../account/edit-machine.ts";
import type { AppContext } from "../api/app-env.ts";
import { isPassing } from "../api/problem-response.ts";
import { performNow } from "../dispatch/perform.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { log, describeError } from "../log.ts";
import { servicesOf } from "../services.ts";

/** How long one call to the account waits, in milliseconds. */
const oneWait = 30_000;

/** How often an account that is away is asked, and how many milliseconds lie between. */
const tries = 10;
const pause = 500;

/**
 * The edit once it has ended well, however long that takes: every edit has a deadline. Nobody is told here of a caller
 * who goes away; the edit then ends like any other.
 *
 * @throws {ProblemError} the problem that it ended with.
 */
export async function endedEdit(c: AppContext, id: string): Promise<Edit> {
  for (;;) {
    const edit = await awaitEdit(c, id, oneWait);
    if (isTerminal(edit.status)) return goodEnd(edit);
  }
}

/**
 * The edit once it has ended, or as it is after `ms` milliseconds. An account that is away for a moment is asked again: a
 * caller who is told of it would send the whole request again.
 */
export async function awaitEdit(c: AppContext, id: string, ms: number): Promise<Edit> {
  const { account, keyHash } = c.var.caller;
  for (let failures = 1; ; failures++) {
    try {
      return unwrap(await account.awaitEdit(keyHash, id, ms));
    } catch (error) {
      if (!isPassing(error as Error) || failures >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * An edit that has ended with outputs.
 *
 * @throws {ProblemError} the problem that it ended with.
 */
export function goodEnd(edit: Edit): Edit {
  if (edit.error !== null) {
    const { code, detail } = edit.error;
    throw new ProblemError({ code, detail: `${detail} (${edit.id})` });
  }
  if (edit.status !== "canceled") return edit;
  const detail = `The edit was canceled and was not charged. (${edit.id})`;
  throw new ProblemError({ code: "edit_canceled", detail });
}

/** Cancels an edit that nobody waits for any more. */
export function cancelLater(c: AppContext, id: string): void {
  c.executionCtx.waitUntil(cancel(c, id));
}

async function cancel(c: AppContext, id: string): Promise<void> {
  const { account, keyHash } = c.var.caller;
  try {
    const canceled = await account.cancel(keyHash, id);
    if (canceled.ok) await performNow(servicesOf(c.env), canceled.value.messages);
  } catch (error) {
    log("warn", "cancel.failed", { edit: id, reason: describeError(error) });
  }
}
