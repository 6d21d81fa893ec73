import type { LedgerEntry } from "../../schemas/account.ts";
import type { Bucket } from "./bucket.ts";
import type { AccountRecord } from "./records.ts";

type Entry = Pick<
  LedgerEntry,
  "id" | "kind" | "edit" | "external_id" | "available_change" | "reserved_change"
>;

/** Every entry that the account ever wrote: those that are there, and those in the archive. */
function entriesOf({ actor }: AccountRecord, bucket: Bucket): Map<number, Entry> {
  const archived = [...bucket.within(`archive/${actor.id}/ledger`).values()]
    .flatMap((text) => text.trimEnd().split("\n"))
    .map((line) => (JSON.parse(line) as { data: Entry }).data);
  const kept = actor.storage.exec<Entry & Record<string, string | number | null>>(
    "SELECT id, kind, edit, external_id, available_change, reserved_change FROM ledger",
  );
  return new Map([...archived, ...kept].map((entry) => [entry.id, entry]));
}

/**
 * Looks at what was closed of an account's ledger, and where it went: no entry is lost, days are what their entries add
 * up to, and every edit was paid as it ended. Returns what is wrong.
 */
export function auditClosed(record: AccountRecord, bucket: Bucket): string[] {
  const { storage } = record.actor;
  const entries = entriesOf(record, bucket);
  const wrong: string[] = [];
  for (let id = 1; id <= entries.size; id++) {
    if (!entries.has(id)) wrong.push(`the ledger's entry ${id} is lost`);
  }

  const days = storage.exec<Record<"first_id" | "id" | "available_change", number>>(
    "SELECT first_id, id, available_change FROM ledger_days",
  );
  for (const { first_id: first, id, available_change: change } of days) {
    let sum = 0;
    for (let entry = first; entry <= id; entry++) {
      if (entries.get(entry)?.external_id === null)
        sum += entries.get(entry)?.available_change ?? 0;
    }
    if (sum !== change) wrong.push(`the day up to entry ${id} moved ${sum} and says ${change}`);
  }

  const paid = new Map<string, number>();
  for (const { edit, available_change: available, reserved_change: reserved } of entries.values()) {
    if (edit !== null) paid.set(edit, (paid.get(edit) ?? 0) - available - reserved);
  }
  for (const { id, charged } of record.edits.values()) {
    if (paid.get(id) !== charged) wrong.push(`${id} paid ${paid.get(id)} and owes ${charged}`);
  }
  return wrong;
}
