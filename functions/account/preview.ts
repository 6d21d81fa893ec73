import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { visibleEdit } from "./deletion.ts";
import { isTerminal } from "./edit-machine.ts";

/** The attempt whose preview shows an edit as it is being made: the newest, while it runs. */
export function previewedAttempt(
  context: AccountContext,
  edit: string,
  endUser: string | null = null,
): Result<number, Refusal> {
  const found = visibleEdit(context, edit, endUser);
  if (!found.ok) return found;
  const { status, attempt } = found.value;
  if (status === "starting" || status === "processing") return ok(attempt);
  return err({
    code: "preview_not_found",
    detail: isTerminal(status)
      ? "The edit has ended, and its previews with it. Its outputs are at GET /v1/edits/{id}."
      : "The edit has not begun to run. Ask again while it is processing.",
  });
}
