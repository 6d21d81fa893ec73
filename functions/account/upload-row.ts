import type { Upload, UploadMethod } from "../../schemas/upload.ts";
import type { ImageFormat } from "../images/header.ts";
import { partCount, partLength } from "../images/parts.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import type { SqlValue } from "./storage.ts";

/** A row of `uploads`: what was announced, and what has come of it. */
export interface UploadRow extends Record<string, SqlValue> {
  id: string;
  created_at: number;
  expires_at: number;
  bytes: number | null;
  sha256: string | null;
  format: ImageFormat | null;
  width: number | null;
  height: number | null;
  /** Of EXIF, or as HEIC and AVIF have it; from 5 on, width and height change places. */
  orientation: number;
  etag: string | null;
  method: UploadMethod;
  announced_bytes: number | null;
  announced_type: string | null;
  announced_sha256: string | null;
  /** R2's own id of the upload in parts, once one has been begun. */
  multipart: string | null;
  end_user: string | null;
  labels: string | null;
}

/** Where an upload is asked for, and how long its URLs are to be valid (seconds; as long as it lasts without). */
export interface Signing {
  readonly origin: string;
  readonly urlSeconds?: number | undefined;
}

/** The upload as customers see it, with freshly signed URLs. Those of a direct one are signed by the bucket's keys, at the edge. */
export function toUpload(context: AccountContext, row: UploadRow, signing: Signing): Upload {
  const complete = row.sha256 !== null;
  const lasts = Math.floor(row.expires_at / 1000);
  const wanted = Math.floor(context.now() / 1000) + (signing.urlSeconds ?? Infinity);
  const expires = Math.min(lasts, wanted);
  return {
    id: row.id,
    object: "upload",
    status: complete ? "complete" : "pending",
    method: row.method,
    upload_url:
      complete || row.method !== "put"
        ? null
        : context.links.upload(signing.origin, row.id, expires, {
            number: 0,
            bytes: row.announced_bytes,
          }),
    upload_headers: null,
    url_expires_at: complete ? null : instant(expires * 1000),
    parts: partsOf(context, row, complete ? null : { origin: signing.origin, expires }),
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
    announced: {
      bytes: row.announced_bytes,
      content_type: row.announced_type,
      sha256: row.announced_sha256,
    },
    bytes: row.bytes,
    sha256: row.sha256,
    format: row.format,
    width: row.width,
    height: row.height,
    end_user: row.end_user,
  };
}

function partsOf(
  context: AccountContext,
  row: UploadRow,
  urls: { readonly origin: string; readonly expires: number } | null,
): Upload["parts"] {
  const total = row.announced_bytes;
  if (row.method !== "parts" || total === null) return [];
  const received = new Set(
    context.storage
      .exec<{ number: number }>("SELECT number FROM upload_parts WHERE upload = ?", row.id)
      .map(({ number }) => number),
  );
  return Array.from({ length: partCount(total) }, (_, place) => {
    const number = place + 1;
    const bytes = partLength(total, number);
    return {
      number,
      bytes,
      received: urls === null || received.has(number),
      upload_url:
        urls === null
          ? null
          : context.links.upload(urls.origin, row.id, urls.expires, { number, bytes }),
    };
  });
}
