import { spans, type AccountContext } from "./context.ts";
import { toEdit, type EditRow } from "./edit-row.ts";
import { entriesAfter } from "./ledger.ts";
import { toAccount } from "./resource.ts";

/** Where an export goes on: what kind of line comes next, and after which one. */
export interface ExportCursor {
  readonly part: "edits" | "ledger" | "events";
  readonly after: string | number;
}

/** Some lines of an export, each a JSON object without its line break. */
export interface ExportPage {
  readonly lines: readonly string[];
  readonly next: ExportCursor | null;
}

/** Lines of one answer: few enough for one message between objects. */
const linesAtOnce = 200;

/**
 * The account as lines `{ "type", "data" }`: the account, its edits, its ledger and its events, oldest first. Deleted
 * edits are left out. Begins without a cursor and goes on with the one that came along; every row that is there from the
 * beginning to the end of the export is in it once.
 */
export function exportPage(context: AccountContext, cursor: ExportCursor | null): ExportPage {
  if (cursor === null) {
    return { lines: [line("account", toAccount(context))], next: { part: "edits", after: "" } };
  }
  switch (cursor.part) {
    case "edits": {
      const rows = context.storage.exec<EditRow>(
        "SELECT * FROM edits WHERE id > ? ORDER BY id LIMIT ?",
        cursor.after,
        linesAtOnce,
      );
      const kept = rows.filter((row) => row.deleted_at === null);
      const until = context.now() + spans.outputUrl;
      const lines = kept.map((row) => line("edit", toEdit(context, row, {}, until)));
      return { lines, next: following(rows.at(-1)?.id, "edits", { part: "ledger", after: 0 }) };
    }
    case "ledger": {
      const entries = entriesAfter(context, Number(cursor.after), linesAtOnce);
      return {
        lines: entries.map((entry) => line("ledger_entry", entry)),
        next: following(entries.at(-1)?.id, "ledger", { part: "events", after: 0 }),
      };
    }
    case "events": {
      const rows = context.storage.exec<{ sequence: number; payload: string }>(
        "SELECT sequence, payload FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
        cursor.after,
        linesAtOnce,
      );
      return {
        lines: rows.map(({ payload }) => `{"type":"event","data":${payload}}`),
        next: following(rows.at(-1)?.sequence, "events", null),
      };
    }
    default:
      return cursor.part satisfies never;
  }
}

function line(type: string, data: object): string {
  return JSON.stringify({ type, data });
}

function following(
  last: string | number | undefined,
  part: ExportCursor["part"],
  then: ExportCursor | null,
): ExportCursor | null {
  return last === undefined ? then : { part, after: last };
}
