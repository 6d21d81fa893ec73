/** What apps send and make: whose it is, parts of uploads, and what removed uploads leave to be swept. */
export const clientTables: readonly string[] = [
  "ALTER TABLE edits ADD COLUMN end_user TEXT",
  "ALTER TABLE edits ADD COLUMN token TEXT",
  "CREATE INDEX edits_by_end_user ON edits (end_user, id) WHERE end_user IS NOT NULL",
  "CREATE INDEX edits_by_token ON edits (token) WHERE token IS NOT NULL",
  "ALTER TABLE uploads ADD COLUMN end_user TEXT",
  "ALTER TABLE uploads ADD COLUMN method TEXT NOT NULL DEFAULT 'put'",
  "ALTER TABLE uploads ADD COLUMN announced_bytes INTEGER",
  "ALTER TABLE uploads ADD COLUMN announced_type TEXT",
  "ALTER TABLE uploads ADD COLUMN announced_sha256 TEXT",
  "ALTER TABLE uploads ADD COLUMN etag TEXT",
  "ALTER TABLE uploads ADD COLUMN multipart TEXT",
  "ALTER TABLE uploads ADD COLUMN orientation INTEGER NOT NULL DEFAULT 1",
  `CREATE TABLE upload_parts (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) STRICT`,
  `CREATE TABLE removed_uploads (
    id TEXT PRIMARY KEY,
    multipart TEXT,
    sweep_at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX removed_uploads_by_sweep ON removed_uploads (sweep_at)",
];
