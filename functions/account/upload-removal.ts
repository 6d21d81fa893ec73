import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { uploadKey } from "../images/object-keys.ts";
import { err, ok, type Result } from "../result.ts";
import { urlsOutlive, type AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";
import { next, type UploadEvent, type UploadState } from "./upload-machine.ts";
import type { UploadRow } from "./upload-row.ts";
import { findUpload, notFound, stateOf } from "./uploads.ts";

/** What of an upload is in the bucket: an object under its key, and parts under R2's id of them. */
interface InBucket {
  readonly id: string;
  readonly multipart: string | null;
}

/** A row of `removed_uploads`: an upload that is gone, until no URL of it can bring anything any more. */
interface RemovedRow extends Record<string, SqlValue> {
  id: string;
  multipart: string | null;
  sweep_at: number;
}

/** Removes an upload at once. Edits that still need it fail. */
export function removeUpload(
  context: AccountContext,
  id: string,
): Result<readonly WorkMessage[], Refusal> {
  return context.storage.transactionSync(() => {
    const row = findUpload(context, id);
    if (row === undefined) return err(notFound);
    return ok(purging(context, happen(context, leaving(context, row), "ended")));
  });
}

/**
 * Removes uploads that have expired, and sweeps again after those whose last URL has ended: what a late or slow PUT left
 * behind goes then.
 */
export function expireUploads(context: AccountContext): WorkMessage[] {
  const { storage } = context;
  const now = context.now();
  const expired = storage.exec<UploadRow>("SELECT * FROM uploads WHERE expires_at <= ?", now);
  const removed = storage.exec<RemovedRow>(
    "SELECT * FROM removed_uploads WHERE sweep_at <= ?",
    now,
  );
  return purging(context, [
    ...expired.flatMap((row) => happen(context, leaving(context, row), "ended")),
    ...removed.flatMap((row) => happen(context, { ...row, state: "removed" }, "urls_ended")),
  ]);
}

/** Every upload that R2 may hold parts of, for an account that is being deleted. */
export function uploadsInParts(context: AccountContext): InBucket[] {
  return context.storage.exec<RemovedRow>(
    `SELECT id, multipart FROM uploads WHERE multipart IS NOT NULL AND sha256 IS NULL
     UNION ALL SELECT id, multipart FROM removed_uploads WHERE multipart IS NOT NULL`,
  );
}

/** The message that removes them from the bucket. */
export function purging(context: AccountContext, uploads: readonly InBucket[]): WorkMessage[] {
  if (uploads.length === 0) return [];
  const { account } = context;
  const keyed = uploads.map(({ id, multipart }) => ({ key: uploadKey(account, id), multipart }));
  const multiparts = keyed.flatMap(({ key, multipart }) =>
    multipart === null ? [] : [{ key, id: multipart }],
  );
  return [{ v: 1, type: "purge", account, prefixes: keyed.map(({ key }) => key), multiparts }];
}

interface Leaving extends InBucket {
  readonly state: UploadState;
  /** When what its URLs bring may still arrive, at the latest. */
  readonly sweep_at: number;
}

function leaving(context: AccountContext, row: UploadRow): Leaving {
  const sweep_at = Math.max(row.expires_at, context.now()) + urlsOutlive;
  return { id: row.id, multipart: row.multipart, state: stateOf(row), sweep_at };
}

/** Feeds an event to an upload and carries out what the machine says; returns what is to leave the bucket. */
function happen(context: AccountContext, upload: Leaving, event: UploadEvent): InBucket[] {
  const { storage } = context;
  const { state, effects } = next(upload.state, event);
  const multipart = effects.includes("abandon_parts") ? upload.multipart : null;
  if (state === "removed") {
    storage.exec("DELETE FROM uploads WHERE id = ?", upload.id);
    storage.exec("DELETE FROM upload_parts WHERE upload = ?", upload.id);
    storage.exec(
      "INSERT INTO removed_uploads (id, multipart, sweep_at) VALUES (?, ?, ?)",
      upload.id,
      multipart,
      upload.sweep_at,
    );
  }
  if (effects.includes("forget")) {
    storage.exec("DELETE FROM removed_uploads WHERE id = ?", upload.id);
  }
  return effects.includes("purge") ? [{ id: upload.id, multipart }] : [];
}
