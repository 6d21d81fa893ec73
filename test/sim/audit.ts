import type { AccountRecord } from "./records.ts";

/** Edits whose row and ledger do not agree, whatever their state. */
const disagreeing = `
  SELECT edits.id, status, charged, held, captured FROM edits LEFT JOIN (
    SELECT edit, sum(reserved_change) AS held, sum(kind = 'reserve') AS reserves,
      -sum(CASE kind WHEN 'capture' THEN reserved_change ELSE 0 END) AS captured
    FROM ledger WHERE edit IS NOT NULL GROUP BY edit) AS money ON money.edit = edits.id
  WHERE reserves IS NOT 1 OR captured <> charged
    OR held <> CASE WHEN status IN ('queued', 'starting', 'processing') THEN reserved ELSE 0 END
    OR (charged > 0) <> (status = 'succeeded')`;

/** What the days that stand for older entries moved. */
const closed = (column: string) => `(SELECT coalesce(sum(${column}), 0) FROM ledger_days)`;

/** Looks at everything of an account; returns what is wrong. */
export function audit({ actor, edits, grants, granted, keys }: AccountRecord): string[] {
  const { storage } = actor;
  const wrong: string[] = [];
  const rows = storage.exec<{ id: string; status: string; charged: number }>(
    "SELECT id, status, charged FROM edits",
  );
  const archived = storage.exec<{ id: string; status: string }>(
    `SELECT id, status FROM archived_edits
     WHERE NOT EXISTS (SELECT 1 FROM edits WHERE edits.id = archived_edits.id)`,
  );
  const there = rows.length + archived.length;
  if (there !== edits.size) wrong.push(`${edits.size} edits were accepted, ${there} are there`);
  for (const { id, status } of archived) {
    if (edits.get(id)?.ended !== status) wrong.push(`${id} was archived as ${status}`);
  }
  for (const { id, status, charged } of rows) {
    const record = edits.get(id);
    if (record === undefined) wrong.push(`${id} is there and was never accepted`);
    else if (record.ended !== null && (record.ended !== status || record.charged !== charged)) {
      wrong.push(`${id} was ${record.ended} for ${record.charged} and is ${status} for ${charged}`);
    }
  }
  for (const row of storage.exec(disagreeing))
    wrong.push(`the ledger disagrees: ${JSON.stringify(row)}`);

  const [money] = storage.exec<
    Record<"available" | "reserved" | "a" | "r" | "granted" | "grants", number>
  >(
    `SELECT available, reserved,
       (SELECT sum(available_change) FROM ledger) + ${closed("available_change")} AS a,
       (SELECT sum(reserved_change) FROM ledger) + ${closed("reserved_change")} AS r,
       (SELECT sum(available_change) FROM ledger WHERE kind = 'grant') AS granted,
       (SELECT count(*) FROM ledger WHERE kind = 'grant') AS grants FROM account`,
  );
  if (money?.available !== money?.a || money?.reserved !== money?.r) {
    wrong.push(`the balance is not the ledger's sum: ${JSON.stringify(money)}`);
  }
  if (money?.granted !== granted || money.grants !== grants.size) {
    wrong.push(`${grants.size} grants of ${granted} were made: ${JSON.stringify(money)}`);
  }
  return [...wrong, ...eventLog(storage), ...deliveries(storage), ...idempotency(storage, keys)];
}

type Storage = AccountRecord["actor"]["storage"];

/** The event log has no gap, and ends each edit once. */
function eventLog(storage: Storage): string[] {
  const [log] = storage.exec<Record<"events" | "first" | "last" | "sequence", number>>(
    `SELECT count(*) AS events, min(sequence) AS first, max(sequence) AS last,
       (SELECT last_sequence FROM account) AS sequence FROM events`,
  );
  if (log === undefined || log.events === 0) return [];
  const twice = storage.exec(
    `SELECT edit FROM events WHERE type IN ('edit.succeeded', 'edit.failed', 'edit.canceled',
       'edit.expired') GROUP BY edit HAVING count(*) > 1`,
  );
  const gap = log.events !== log.last - log.first + 1 || log.last !== log.sequence;
  return [
    ...(gap ? [`the event log has a gap: ${JSON.stringify(log)}`] : []),
    ...twice.map((row) => `more than one event ends ${String(row["edit"])}`),
  ];
}

/** An edit's end is delivered by one delivery, and no other state is. */
function deliveries(storage: Storage): string[] {
  return storage
    .exec(
      `SELECT edit, count(*) AS deliveries FROM deliveries GROUP BY edit HAVING count(*) > 1
       UNION ALL SELECT deliveries.edit, 0 FROM deliveries JOIN edits ON edits.id = deliveries.edit
         WHERE edits.status IN ('queued', 'starting', 'processing')`,
    )
    .map((row) => `deliveries of an edit: ${JSON.stringify(row)}`);
}

/** A key that is remembered stands for the edit that it made. */
function idempotency(storage: Storage, keys: AccountRecord["keys"]): string[] {
  return storage
    .exec<{ key: string; edit: string }>(
      "SELECT key, edit FROM idempotency WHERE fingerprint IS NOT NULL",
    )
    .filter(({ key, edit }) => keys.get(key)?.edit !== edit)
    .map(({ key, edit }) => `the key ${key} stands for ${edit}`);
}
