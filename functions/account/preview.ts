import type { EditPreview } from "../../schemas/event-stream.ts";
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

/** Where the preview of an attempt is, if it shows an edit that is being made. */
export function freshPreview(
  context: AccountContext,
  edit: string,
  attempt: number,
): EditPreview | null {
  const found = visibleEdit(context, edit);
  if (!found.ok || found.value.status !== "processing" || found.value.attempt !== attempt) {
    return null;
  }
  const { id, origin } = found.value;
  return { object: "edit.preview", id, url: context.links.preview(origin, id) };
}
