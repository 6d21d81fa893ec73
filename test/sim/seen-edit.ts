import type { SqlValue, Storage } from "../../functions/account/storage.ts";
import type { EditStatus } from "../../schemas/edit.ts";

/** What an account's tables say of one edit and its money. */
export interface SeenEdit extends Record<string, SqlValue> {
  status: EditStatus;
  attempt: number;
  counted: number;
  charged: number;
  /** What is still reserved for it. */
  held: number;
  captures: number;
  captured: number;
}

/** Reads an edit past the code that is being tested; null where there is none. */
export function readEdit(storage: Storage, id: string): SeenEdit | null {
  const [row] = storage.exec<SeenEdit>(
    `SELECT status, attempt, counted, charged,
       (SELECT coalesce(sum(reserved_change), 0) FROM ledger WHERE edit = ?1) AS held,
       (SELECT count(*) FROM ledger WHERE edit = ?1 AND kind = 'capture') AS captures,
       (SELECT coalesce(-sum(reserved_change), 0) FROM ledger WHERE edit = ?1 AND kind = 'capture')
         AS captured
     FROM edits WHERE id = ?1`,
    id,
  );
  return row ?? null;
}
