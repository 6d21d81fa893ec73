/** The tables and columns of webhook endpoints; added to the schema as one version. */
export const webhookTables: readonly string[] = [
  `CREATE TABLE endpoints (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    disabled_reason TEXT,
    disabled_at INTEGER,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL))
  ) STRICT`,
  `CREATE TABLE lanes (
    lane TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    probe_at INTEGER,
    wake_at INTEGER
  ) STRICT`,
  `CREATE INDEX lanes_due ON lanes (wake_at) WHERE wake_at IS NOT NULL`,
  `ALTER TABLE account ADD COLUMN previous_webhook_secret TEXT`,
  `ALTER TABLE account ADD COLUMN previous_webhook_secret_until INTEGER`,
  `ALTER TABLE events ADD COLUMN id TEXT`,
  `ALTER TABLE deliveries ADD COLUMN type TEXT`,
  `ALTER TABLE deliveries ADD COLUMN endpoint TEXT`,
  `ALTER TABLE deliveries ADD COLUMN lane TEXT`,
  `ALTER TABLE deliveries ADD COLUMN last_try_at INTEGER`,
  `ALTER TABLE deliveries ADD COLUMN last_response TEXT`,
  `ALTER TABLE deliveries ADD COLUMN redelivery_of TEXT`,
  `CREATE INDEX deliveries_by_edit ON deliveries (edit, id)`,
  `CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, id) WHERE endpoint IS NOT NULL`,
  `CREATE INDEX deliveries_in_lane ON deliveries (lane, created_at) WHERE status = 'pending'`,
  `CREATE INDEX deliveries_waiting ON deliveries (lane, id) WHERE status = 'pending' AND next_at IS NULL`,
  `CREATE INDEX deliveries_under_way ON deliveries (lane, leased_until)
    WHERE status = 'pending' AND leased_until IS NOT NULL`,
  `CREATE INDEX deliveries_frozen ON deliveries (completed_at) WHERE payload <> ''`,
];
