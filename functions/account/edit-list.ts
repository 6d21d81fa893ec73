import type { EditStatus } from "../../schemas/edit.ts";
import type { AccountContext } from "./context.ts";
import type { EditRow } from "./edit-row.ts";

/** Sorts after every edit id. */
const lastId = "edit_~";

export interface EditPage {
  readonly rows: readonly EditRow[];
  /** The id to list below for the following page; null on the last one. */
  readonly next: string | null;
}

/** A page of an account's edits, newest first, below the edit `before`; deleted ones are left out. */
export function listEdits(
  context: AccountContext,
  query: {
    readonly limit: number;
    readonly before?: string | undefined;
    readonly status?: EditStatus | undefined;
    /** Whose edits; the whole account's where none is given. */
    readonly endUser?: string | null | undefined;
  },
): EditPage {
  const { before = lastId, status = null, endUser = null } = query;
  const rows = context.storage.exec<EditRow>(
    `SELECT * FROM edits WHERE deleted_at IS NULL AND id < ?1 AND (?2 IS NULL OR status = ?2)
       ${endUser === null ? "" : "AND end_user = ?4"} ORDER BY id DESC LIMIT ?3`,
    ...[before, status, query.limit + 1],
    ...(endUser === null ? [] : [endUser]),
  );
  const page = rows.slice(0, query.limit);
  return { rows: page, next: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null };
}
