CREATE TABLE usage (
  account TEXT NOT NULL,
  day TEXT NOT NULL,
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  canceled INTEGER NOT NULL,
  expired INTEGER NOT NULL,
  outputs INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  latency TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (day, account)
) STRICT;

CREATE INDEX usage_by_account ON usage (account, day);
