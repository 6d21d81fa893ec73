import type { Upload, UploadRequest } from "../../schemas/upload.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import type { ImageHeader } from "../images/header.ts";
import { uploadKey } from "../images/object-keys.ts";
import { err, ok, type Result } from "../result.ts";
import { spans, type AccountContext } from "./context.ts";
import { endUserOf, type Credential } from "./credential.ts";
import type { StagedImage } from "./edit-row.ts";
import { next, type UploadState } from "./upload-machine.ts";
import { toUpload, type Signing, type UploadRow } from "./upload-row.ts";

/** What the edge learned of an upload's bytes, reading them. */
export interface UploadedImage extends Pick<
  ImageHeader,
  "format" | "width" | "height" | "orientation"
> {
  readonly bytes: number;
  readonly sha256: string;
  readonly etag: string;
  /** What a surface keeps beside it, as JSON. */
  readonly labels?: string;
}

/** Announces an upload, whose bytes are then sent to its URLs. */
export function createUpload(
  context: AccountContext,
  request: UploadRequest & { readonly endUser: string | null; readonly origin: string },
): Upload {
  const id = context.newId("upl");
  const now = context.now();
  const [row] = context.storage.exec<UploadRow>(
    `INSERT INTO uploads (id, created_at, expires_at, end_user, method, announced_bytes,
       announced_type, announced_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    id,
    now,
    now + spans.upload,
    request.endUser,
    request.method ?? "put",
    request.bytes ?? null,
    request.content_type ?? null,
    request.sha256 ?? null,
  );
  if (row === undefined) throw new Error("the upload was not written");
  return toUpload(context, row, { origin: request.origin, urlSeconds: request.url_seconds });
}

/**
 * Records that an upload's bytes are stored, if they are what was announced. A repeat records nothing and answers the
 * same.
 */
export function completeUpload(
  context: AccountContext,
  id: string,
  image: UploadedImage,
  origin: string,
): Result<Upload, Refusal> {
  const row = findUpload(context, id);
  if (row === undefined) return err(notFound);
  const different = mismatch(row, image);
  if (different !== null) return err({ code: "upload_mismatch", detail: different });
  if (next(stateOf(row), "stored").effects.includes("record")) {
    context.storage.exec(
      `UPDATE uploads SET bytes = ?, sha256 = ?, format = ?, width = ?, height = ?, etag = ?,
         orientation = ?, labels = ? WHERE id = ?`,
      image.bytes,
      image.sha256,
      image.format,
      image.width,
      image.height,
      image.etag,
      image.orientation,
      image.labels ?? null,
      id,
    );
    context.storage.exec("DELETE FROM upload_parts WHERE upload = ?", id);
  }
  return getUpload(context, id, { origin }, null);
}

/** An upload of this account, or of this end user, until it expires. */
export function getUpload(
  context: AccountContext,
  id: string,
  signing: Signing,
  endUser: string | null,
): Result<Upload, Refusal> {
  const row = findUpload(context, id, endUser);
  return row === undefined ? err(notFound) : ok(toUpload(context, row, signing));
}

/** The picture behind an upload id in an edit request; a refusal names the field at `pointer`. */
export function usableUpload(
  context: AccountContext,
  id: string,
  pointer: string,
  credential: Credential,
): Result<{ image: StagedImage; identity: string }, Refusal> {
  const row = findUpload(context, id, endUserOf(credential));
  const refuse = (detail: string) => err(refuseField("upload_unusable", pointer, detail));
  if (row === undefined) {
    return refuse(`${id} is no upload of this account, or it has expired.`);
  }
  const { bytes, sha256, format, width, height, orientation, etag } = row;
  if (bytes === null || sha256 === null || format === null || width === null || height === null) {
    return refuse(`${id} is not complete yet. Send its bytes first.`);
  }
  return ok({
    image: {
      key: uploadKey(context.account, id),
      offset: 0,
      length: bytes,
      contentType: `image/${format}`,
      width,
      height,
      turned: orientation >= 5,
      ...(etag === null ? {} : { etag }),
    },
    identity: sha256,
  });
}

/** Keeps an upload that an edit uses until the edit's last URL has ended, should that be later. */
export function keepUpload(context: AccountContext, id: string, deadline: number): void {
  context.storage.exec(
    "UPDATE uploads SET expires_at = max(expires_at, ?) WHERE id = ?",
    deadline + spans.outputUrl,
    id,
  );
}

/** An upload that is there, of this end user if one is given. */
export function findUpload(
  context: AccountContext,
  id: string,
  endUser: string | null = null,
): UploadRow | undefined {
  return context.storage.exec<UploadRow>(
    "SELECT * FROM uploads WHERE id = ?1 AND expires_at > ?2 AND (?3 IS NULL OR end_user = ?3)",
    id,
    context.now(),
    endUser,
  )[0];
}

/** Where a stored row is in the upload's life. */
export function stateOf(row: UploadRow): UploadState {
  return row.sha256 === null ? "pending" : "complete";
}

export const notFound: Refusal = {
  code: "upload_not_found",
  detail: "There is no such upload, or its time is over. Create another.",
};

/** In what a file differs from what was announced of it; null where it does not. */
function mismatch(row: UploadRow, image: UploadedImage): string | null {
  const { announced_bytes: bytes, announced_type: type, announced_sha256: sha256 } = row;
  if (bytes !== null && bytes !== image.bytes) {
    return `${bytes} bytes were announced and ${image.bytes} came. Create another upload.`;
  }
  if (type !== null && type !== `image/${image.format}`) {
    return `${type} was announced and the file is image/${image.format}. Create another upload.`;
  }
  if (sha256 !== null && sha256 !== image.sha256) {
    return `The file's SHA-256 is ${image.sha256}, another one was announced. Send it again.`;
  }
  return null;
}
