import type { EditStatus } from "../../schemas/edit.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { editPrefixes } from "../images/object-keys.ts";
import { err, ok, type Result } from "../result.ts";
import { findEdit } from "./accept.ts";
import { advance } from "./advance.ts";
import { archivedEdit } from "./archive.ts";
import { spans, urlsOutlive, type AccountContext } from "./context.ts";
import type { EditRow } from "./edit-row.ts";

/** An edit that customers may still see; of an end user's alone, where one is given. */
export function visibleEdit(
  context: AccountContext,
  edit: string,
  endUser: string | null = null,
): Result<EditRow, Refusal> {
  const row = findEdit(context, edit);
  if (endUser !== null && row?.end_user !== endUser) return err(notFound);
  const archived = mayBeArchived(context, row) ? archivedEdit(context, edit) : undefined;
  if (archived !== undefined) {
    return err(archived.deleted ? deleted(archived.status) : gone(archived.status));
  }
  if (row === undefined) {
    return err(notFound);
  }
  if (row.deleted_at !== null) return err(deleted(row.status));
  return ok(row);
}

/** Cancels an edit in whatever state it is; one that has ended stays as it ended. */
export function cancelEdit(
  context: AccountContext,
  edit: string,
  endUser: string | null = null,
): Result<{ row: EditRow; messages: readonly WorkMessage[] }, Refusal> {
  return context.storage.transactionSync(() => {
    const found = visibleEdit(context, edit, endUser);
    return found.ok ? ok(advance(context, found.value, { type: "cancel" })) : found;
  });
}

/**
 * Deletes an edit: an unfinished one is cancelled first, every byte of it is purged, and again when the last URL that
 * could still write has expired. Its ledger entries stay, and a tombstone that says how it ended.
 */
export function deleteEdit(
  context: AccountContext,
  edit: string,
): Result<readonly WorkMessage[], Refusal> {
  return context.storage.transactionSync(() => {
    const found = visibleEdit(context, edit);
    if (!found.ok) return found;
    const { messages, row } = advance(context, found.value, { type: "cancel" });
    const now = context.now();
    context.storage.exec(
      `UPDATE edits SET deleted_at = ?, purged_at = ?, purge_at = ?, result = NULL,
         parameters = json_object('task', json_extract(parameters, '$.task'), 'metadata', json('{}'))
       WHERE id = ?`,
      now,
      now,
      Math.max(row.deadline, now) + urlsOutlive,
      edit,
    );
    return ok([
      ...messages,
      {
        v: 1,
        type: "purge",
        account: context.account,
        prefixes: editPrefixes(context.account, edit),
      },
    ]);
  });
}

const notFound: Refusal = { code: "edit_not_found", detail: "This account has no such edit." };

/** What is there and ended lately is not archived; this spares most reads a look. */
function mayBeArchived(context: AccountContext, row: EditRow | undefined): boolean {
  if (row === undefined) return true;
  return row.completed_at !== null && row.completed_at <= context.now() - spans.archived;
}

function gone(status: EditStatus): Refusal {
  return {
    code: "edit_archived",
    detail: `This edit ended as ${status} more than 30 days ago. Nothing can be changed on it any more.`,
  };
}

function deleted(status: EditStatus): Refusal {
  return {
    code: "edit_deleted",
    detail: `This edit was deleted; it had ended as ${status}. Its files are gone and its ledger entries stay.`,
  };
}
