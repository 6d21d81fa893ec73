/** Whether entries of a range add up to what a day says of them; `added` is the day's part of each sum. */
const exact = (above: string, added: (column: string) => string) =>
  `SELECT RAISE(ABORT, 'ledger: the day is not what its entries add up to') WHERE NOT EXISTS (
      SELECT 1 FROM (
        SELECT count(*) AS entries, max(id) AS last, sum(available_change) AS available,
          sum(reserved_change) AS reserved
        FROM ledger WHERE id > ${above} AND id <= NEW.id AND external_id IS NULL)
      JOIN ledger ON id = last AND available_after = NEW.available_after
        AND reserved_after = NEW.reserved_after AND created_at = NEW.created_at
      WHERE last = NEW.id AND entries = ${added("entries")}
        AND available = ${added("available_change")} AND reserved = ${added("reserved_change")});
    SELECT RAISE(ABORT, 'ledger: an older day is open') WHERE EXISTS (
      SELECT 1 FROM ledger WHERE id <= ${above} AND external_id IS NULL);
    SELECT RAISE(ABORT, 'ledger: an edit of the day is not archived') WHERE EXISTS (
      SELECT 1 FROM ledger JOIN edits ON edits.id = ledger.edit
        WHERE ledger.id > ${above} AND ledger.id <= NEW.id);
    SELECT RAISE(ABORT, 'ledger: the newest entry stays')
      WHERE NEW.id >= (SELECT max(id) FROM ledger);`;

const replace = (above: string) =>
  `DELETE FROM ledger WHERE id > ${above} AND id <= NEW.id AND external_id IS NULL;`;

/**
 * The days of the ledger that are closed, as one version for `schema.ts`: a row stands for the entries of a day's edits,
 * and takes their place in the statement that writes it. The database sees to it that it is what they add up to, that
 * days close in order and without an edit that is still there, and that nothing else removes an entry. Entries from
 * outside stay for good, since they tell that an external id was used, and the newest one stays, since the balance
 * follows from it. A day may grow while its own entries are put away, part by part.
 *
 * With it come an index for keys that expire, and the files of uploads and stagings that are to be removed once more.
 */
export const ledgerDayTables: readonly string[] = [
  `CREATE TABLE ledger_days (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL UNIQUE,
    first_id INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    available_change INTEGER NOT NULL,
    reserved_change INTEGER NOT NULL,
    available_after INTEGER NOT NULL,
    reserved_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE ledger_closing (
    key TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TRIGGER ledger_day_is_exact BEFORE INSERT ON ledger_days BEGIN
    ${exact("NEW.first_id - 1", (column) => `NEW.${column}`)}
  END`,
  `CREATE TRIGGER ledger_day_grows BEFORE UPDATE ON ledger_days BEGIN
    SELECT RAISE(ABORT, 'ledger: days are final')
      WHERE NEW.day <> OLD.day OR NEW.first_id <> OLD.first_id OR NEW.id <= OLD.id;
    ${exact("OLD.id", (column) => `NEW.${column} - OLD.${column}`)}
  END`,
  `CREATE TRIGGER ledger_day_is_kept BEFORE DELETE ON ledger_days BEGIN
    SELECT RAISE(ABORT, 'ledger: days are kept');
  END`,
  "DROP TRIGGER ledger_is_kept",
  `CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger BEGIN
    SELECT RAISE(ABORT, 'ledger: entries are kept') WHERE OLD.external_id IS NOT NULL
      OR NOT EXISTS (SELECT 1 FROM ledger_days WHERE id >= OLD.id AND first_id <= OLD.id);
  END`,
  `CREATE TRIGGER ledger_day_replaces AFTER INSERT ON ledger_days BEGIN
    ${replace("NEW.first_id - 1")}
  END`,
  `CREATE TRIGGER ledger_day_replaces_more AFTER UPDATE ON ledger_days BEGIN
    ${replace("OLD.id")}
  END`,
  `CREATE TRIGGER ledger_reserves_once BEFORE INSERT ON ledger WHEN NEW.kind = 'reserve' BEGIN
    SELECT RAISE(ABORT, 'ledger: the edit was settled')
      WHERE EXISTS (SELECT 1 FROM archived_edits WHERE id = NEW.edit);
  END`,
  "CREATE INDEX idempotency_by_expiry ON idempotency (expires_at)",
  "CREATE TABLE sweeps (prefix TEXT PRIMARY KEY, due_at INTEGER NOT NULL) STRICT",
  "CREATE INDEX sweeps_due ON sweeps (due_at)",
];
