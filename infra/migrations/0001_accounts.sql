CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  wake_at INTEGER,
  visited_at INTEGER
) STRICT;

CREATE INDEX accounts_by_wake ON accounts (wake_at) WHERE wake_at IS NOT NULL;
