import { clientTables } from "./client-tables.ts";
import {
  accountSettings,
  archiveTables,
  dueIndexes,
  eventIndexes,
  keyScopes,
  testAccounts,
  usageTables,
} from "./desk-tables.ts";
import { ledgerDayTables } from "./ledger-tables.ts";
import type { Storage } from "./storage.ts";
import { surfaceColumns } from "./surface-columns.ts";
import { webhookTables } from "./webhook-tables.ts";

/**
 * The tables of one account, by version. Versions only add, so that the release before the newest still runs on the
 * newest schema. Times are milliseconds since the epoch, money is integer micro-credits.
 *
 * Money is guarded by the database itself: entries are never changed, and removed by the day alone that stands for them;
 * each one's balances follow from the one before, no balance falls below zero, and an edit never gives back more than it
 * reserved.
 */
const versions: readonly (readonly string[])[] = [
  [
    `CREATE TABLE account (
      id TEXT PRIMARY KEY,
      created_at INTEGER NOT NULL,
      webhook_secret TEXT NOT NULL,
      available INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0),
      reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
      last_sequence INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
    `CREATE TABLE keys (
      id TEXT PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      display TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) STRICT`,
    `CREATE TABLE edits (
      id TEXT PRIMARY KEY,
      status TEXT NOT NULL,
      origin TEXT NOT NULL,
      parameters TEXT NOT NULL,
      inputs TEXT NOT NULL,
      profile TEXT NOT NULL,
      unit_price INTEGER NOT NULL CHECK (unit_price > 0),
      reserved INTEGER NOT NULL,
      charged INTEGER NOT NULL DEFAULT 0,
      attempt INTEGER NOT NULL DEFAULT 0,
      counted INTEGER NOT NULL DEFAULT 0,
      lease_until INTEGER,
      dispatch_at INTEGER,
      dispatches INTEGER NOT NULL DEFAULT 0,
      deadline INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      completed_at INTEGER,
      result TEXT,
      error TEXT,
      purge_at INTEGER,
      purged_at INTEGER,
      deleted_at INTEGER
    ) STRICT`,
    `CREATE INDEX edits_by_status ON edits (status, id)`,
    `CREATE INDEX edits_by_purge ON edits (purge_at) WHERE purge_at IS NOT NULL`,
    `CREATE TABLE attempts (
      edit TEXT NOT NULL REFERENCES edits (id),
      number INTEGER NOT NULL,
      prediction TEXT,
      claimed_at INTEGER NOT NULL,
      ended_at INTEGER,
      outcome TEXT,
      PRIMARY KEY (edit, number)
    ) STRICT`,
    `CREATE TABLE ledger (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      edit TEXT,
      external_id TEXT UNIQUE,
      available_change INTEGER NOT NULL,
      reserved_change INTEGER NOT NULL,
      available_after INTEGER NOT NULL,
      reserved_after INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      CHECK (CASE kind
        WHEN 'grant' THEN external_id IS NOT NULL AND available_change > 0 AND reserved_change = 0
        WHEN 'refund' THEN external_id IS NOT NULL AND available_change > 0 AND reserved_change = 0
        WHEN 'adjustment' THEN external_id IS NOT NULL AND reserved_change = 0
        WHEN 'reserve' THEN edit IS NOT NULL AND available_change < 0 AND reserved_change = -available_change
        WHEN 'capture' THEN edit IS NOT NULL AND available_change = 0 AND reserved_change < 0
        WHEN 'release' THEN edit IS NOT NULL AND available_change > 0 AND reserved_change = -available_change
        ELSE 0 END)
    ) STRICT`,
    `CREATE UNIQUE INDEX ledger_once_per_edit ON ledger (edit, kind) WHERE edit IS NOT NULL`,
    `CREATE TRIGGER ledger_follows BEFORE INSERT ON ledger BEGIN
      SELECT RAISE(ABORT, 'ledger: the balance does not follow') FROM account
        WHERE NEW.available_after <> available + NEW.available_change
           OR NEW.reserved_after <> reserved + NEW.reserved_change;
      SELECT RAISE(ABORT, 'ledger: more is given back than was reserved')
        WHERE NEW.kind IN ('capture', 'release') AND NEW.reserved_change
          + (SELECT coalesce(sum(reserved_change), 0) FROM ledger WHERE edit = NEW.edit) < 0;
    END`,
    `CREATE TRIGGER ledger_moves AFTER INSERT ON ledger BEGIN
      UPDATE account SET available = NEW.available_after, reserved = NEW.reserved_after;
    END`,
    `CREATE TRIGGER ledger_is_final BEFORE UPDATE ON ledger BEGIN
      SELECT RAISE(ABORT, 'ledger: entries are final');
    END`,
    `CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger BEGIN
      SELECT RAISE(ABORT, 'ledger: entries are kept');
    END`,
    `CREATE TRIGGER balance_is_the_ledgers BEFORE UPDATE OF available, reserved ON account BEGIN
      SELECT RAISE(ABORT, 'account: only the ledger moves the balance') WHERE NOT EXISTS (
        SELECT 1 FROM (SELECT available_after, reserved_after FROM ledger ORDER BY id DESC LIMIT 1)
        WHERE available_after = NEW.available AND reserved_after = NEW.reserved);
    END`,
    `CREATE TABLE idempotency (
      key TEXT PRIMARY KEY,
      fingerprint TEXT,
      edit TEXT NOT NULL,
      lease_until INTEGER,
      expires_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE events (
      sequence INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      edit TEXT NOT NULL,
      payload TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE deliveries (
      id TEXT PRIMARY KEY,
      edit TEXT NOT NULL,
      event TEXT NOT NULL,
      url TEXT NOT NULL,
      payload TEXT NOT NULL,
      status TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      leased_until INTEGER,
      next_at INTEGER,
      last_status INTEGER,
      last_error TEXT,
      created_at INTEGER NOT NULL,
      completed_at INTEGER
    ) STRICT`,
    `CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL`,
    `CREATE TABLE uploads (
      id TEXT PRIMARY KEY,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      bytes INTEGER,
      sha256 TEXT,
      format TEXT,
      width INTEGER,
      height INTEGER
    ) STRICT`,
    `CREATE TABLE stagings (edit TEXT PRIMARY KEY, lease_until INTEGER NOT NULL) STRICT`,
  ],
  webhookTables,
  accountSettings,
  archiveTables,
  usageTables,
  dueIndexes,
  ledgerDayTables,
  clientTables,
  surfaceColumns,
  eventIndexes,
  keyScopes,
  testAccounts,
];

/** Whether this account has been created; an object that was merely addressed holds no table. */
export function exists(storage: Storage): boolean {
  return storage.exec("SELECT 1 FROM sqlite_master WHERE name = 'account'").length > 0;
}

/** The id that the account was created with. */
export function storedAccountId(storage: Storage): string {
  return storage.exec<{ id: string }>("SELECT id FROM account")[0]?.id ?? "";
}

/** Brings the tables to the newest version, or to version `to`; does nothing when they are there already. */
export function migrate(storage: Storage, to: number = versions.length): void {
  storage.transactionSync(() => {
    storage.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT");
    const [row] = storage.exec<{ version: number }>("SELECT version FROM schema_version");
    const current = row?.version ?? 0;
    for (const statements of versions.slice(current, to)) {
      for (const statement of statements) storage.exec(statement);
    }
    if (row === undefined) {
      storage.exec("INSERT INTO schema_version VALUES (?)", to);
    } else if (current < to) {
      storage.exec("UPDATE schema_version SET version = ?", to);
    }
  });
}
