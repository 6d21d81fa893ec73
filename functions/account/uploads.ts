import type { Upload } from "../../schemas/upload.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import type { ImageFormat } from "../images/header.ts";
import { uploadKey } from "../images/object-keys.ts";
import { err, ok, type Result } from "../result.ts";
import { spans, type AccountContext } from "./context.ts";
import { instant, type StagedImage } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

interface UploadRow extends Record<string, SqlValue> {
  id: string;
  created_at: number;
  expires_at: number;
  bytes: number | null;
  sha256: string | null;
  format: ImageFormat | null;
  width: number | null;
  height: number | null;
}

/** What the edge learned of an upload while it streamed by. */
export interface UploadedImage {
  readonly bytes: number;
  readonly sha256: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/** Announces an upload; its bytes are then PUT to `upload_url`. */
export function createUpload(context: AccountContext, origin: string): Upload {
  const id = context.newId("upl");
  const now = context.now();
  context.storage.exec(
    "INSERT INTO uploads (id, created_at, expires_at) VALUES (?, ?, ?)",
    id,
    now,
    now + spans.upload,
  );
  return toUpload(context, findUpload(context, id) as UploadRow, origin);
}

/** Records that an upload's bytes are stored. A repeat records the same again. */
export function completeUpload(
  context: AccountContext,
  id: string,
  image: UploadedImage,
  origin: string,
): Result<Upload, Refusal> {
  context.storage.exec(
    "UPDATE uploads SET bytes = ?, sha256 = ?, format = ?, width = ?, height = ? WHERE id = ?",
    image.bytes,
    image.sha256,
    image.format,
    image.width,
    image.height,
    id,
  );
  return getUpload(context, id, origin);
}

/** An upload of this account, until it expires. */
export function getUpload(
  context: AccountContext,
  id: string,
  origin: string,
): Result<Upload, Refusal> {
  const row = findUpload(context, id);
  if (row === undefined) {
    return err({ code: "upload_not_found", detail: "This account has no such upload." });
  }
  return ok(toUpload(context, row, origin));
}

/** The picture behind an upload id in an edit request; a refusal names the field at `pointer`. */
export function usableUpload(
  context: AccountContext,
  id: string,
  pointer: string,
): Result<{ image: StagedImage; identity: string }, Refusal> {
  const row = findUpload(context, id);
  if (row === undefined) {
    return err(
      refuseField(
        "upload_unusable",
        pointer,
        `${id} is no upload of this account, or it has expired.`,
      ),
    );
  }
  const { bytes, sha256, format, width, height } = row;
  if (bytes === null || sha256 === null || format === null || width === null || height === null) {
    return err(
      refuseField(
        "upload_unusable",
        pointer,
        `${id} has no bytes yet. PUT them to its upload_url.`,
      ),
    );
  }
  return ok({
    image: {
      key: uploadKey(context.account, id),
      offset: 0,
      length: bytes,
      contentType: `image/${format}`,
      width,
      height,
    },
    identity: sha256,
  });
}

/** Forgets uploads that have expired; returns their ids, whose files are to be removed. */
export function expireUploads(context: AccountContext): string[] {
  return context.storage
    .exec<{ id: string }>("DELETE FROM uploads WHERE expires_at <= ? RETURNING id", context.now())
    .map(({ id }) => id);
}

function findUpload(context: AccountContext, id: string): UploadRow | undefined {
  return context.storage.exec<UploadRow>(
    "SELECT * FROM uploads WHERE id = ? AND expires_at > ?",
    id,
    context.now(),
  )[0];
}

function toUpload(context: AccountContext, row: UploadRow, origin: string): Upload {
  const complete = row.sha256 !== null;
  return {
    id: row.id,
    object: "upload",
    status: complete ? "complete" : "pending",
    upload_url: complete
      ? null
      : context.links.upload(origin, row.id, Math.floor(row.expires_at / 1000)),
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
    bytes: row.bytes,
    sha256: row.sha256,
    format: row.format,
    width: row.width,
    height: row.height,
  };
}
