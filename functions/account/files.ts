import type { Upload } from "../../schemas/upload.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { toUpload, type UploadRow } from "./upload-row.ts";
import { findUpload, notFound } from "./uploads.ts";

/** A complete upload with what a surface keeps beside it (JSON), and the etag of its object. */
export interface FileRecord {
  readonly upload: Upload;
  readonly etag: string | null;
  readonly labels: string | null;
}

export interface FileRecords {
  readonly data: readonly FileRecord[];
  /** The id to list below for the following page; null on the last one. */
  readonly next: string | null;
}

/** Sorts after every upload's id. */
const lastId = "upl_~";

/** A complete upload, whichever way it came. */
export function getFile(
  context: AccountContext,
  id: string,
  origin: string,
): Result<FileRecord, Refusal> {
  const row = findUpload(context, id);
  if (row === undefined || row.sha256 === null) return err(notFound);
  return ok(toFileRecord(context, row, origin));
}

/** A page of the account's complete uploads, newest first, below the upload `before`. */
export function listFiles(
  context: AccountContext,
  query: { readonly limit: number; readonly before?: string | undefined },
  origin: string,
): FileRecords {
  const rows = context.storage.exec<UploadRow>(
    `SELECT * FROM uploads WHERE id < ? AND expires_at > ? AND sha256 IS NOT NULL
     ORDER BY id DESC LIMIT ?`,
    query.before ?? lastId,
    context.now(),
    query.limit + 1,
  );
  const page = rows.slice(0, query.limit);
  return {
    data: page.map((row) => toFileRecord(context, row, origin)),
    next: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function toFileRecord(context: AccountContext, row: UploadRow, origin: string): FileRecord {
  return { upload: toUpload(context, row, { origin }), etag: row.etag, labels: row.labels };
}
