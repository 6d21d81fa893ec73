/**
 * The tables that operators, exports and reports need, as versions for `schema.ts`: quotas, thresholds and suspension of
 * the account.
 */
export const accountSettings: readonly string[] = [
  "ALTER TABLE account ADD COLUMN creates_per_minute INTEGER CHECK (creates_per_minute > 0)",
  "ALTER TABLE account ADD COLUMN unfinished_edits INTEGER CHECK (unfinished_edits > 0)",
  "ALTER TABLE account ADD COLUMN creates_full_at INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE account ADD COLUMN low_balance INTEGER CHECK (low_balance >= 0)",
  "ALTER TABLE account ADD COLUMN suspended_at INTEGER",
  "ALTER TABLE account ADD COLUMN suspension_reason TEXT",
];

/** Edits that have left for the archive, and the batch that is on its way there. */
export const archiveTables: readonly string[] = [
  `CREATE TABLE archived_edits (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    deleted INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE archiving (
    key TEXT PRIMARY KEY,
    last_edit TEXT NOT NULL,
    last_delivery TEXT NOT NULL,
    due_at INTEGER NOT NULL
  ) STRICT`,
];

/** What the account did, day by day, until it is reported and after. */
export const usageTables: readonly string[] = [
  `CREATE TABLE usage (
    day TEXT PRIMARY KEY,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    canceled INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    outputs INTEGER NOT NULL DEFAULT 0,
    charged INTEGER NOT NULL DEFAULT 0,
    latency TEXT NOT NULL DEFAULT '{}',
    revision INTEGER NOT NULL DEFAULT 0,
    report_at INTEGER
  ) STRICT`,
  "CREATE INDEX usage_by_report ON usage (report_at) WHERE report_at IS NOT NULL",
];

/** The events of one edit are found without reading the others'. */
export const eventIndexes: readonly string[] = [
  "CREATE INDEX events_by_edit ON events (edit, sequence) WHERE edit <> ''",
];

/** What a key may be used for; keys from before may do everything. */
export const keyScopes: readonly string[] = ["ALTER TABLE keys ADD COLUMN scopes TEXT"];

/** The test account that belongs to a live one. */
export const testAccounts: readonly string[] = ["ALTER TABLE account ADD COLUMN test_account TEXT"];

/** What is looked for at every wake is found without reading what is not due. */
export const dueIndexes: readonly string[] = [
  `CREATE INDEX edits_by_deadline ON edits (deadline)
     WHERE status IN ('queued', 'starting', 'processing')`,
  "CREATE INDEX edits_by_lease ON edits (lease_until) WHERE status IN ('starting', 'processing')",
  "CREATE INDEX edits_by_dispatch ON edits (dispatch_at) WHERE status = 'queued'",
  "CREATE INDEX uploads_by_expiry ON uploads (expires_at)",
];
