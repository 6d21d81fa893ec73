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
