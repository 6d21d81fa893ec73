import type { Refusal } from "../errors/refusal.ts";
import { partCount } from "../images/parts.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { findUpload, notFound, stateOf } from "./uploads.ts";

/** One part as R2 took it. */
export interface StoredPart {
  readonly number: number;
  readonly etag: string;
}

/** What is to be made of an upload whose bytes are all there: the parts to put together, unless it is one object. */
export interface Completion {
  readonly multipart: string | null;
  readonly parts: readonly StoredPart[];
}

/** Under which of R2's ids a part may be written now; null where none has been begun. */
export function partTarget(context: AccountContext, id: string): Result<string | null, Refusal> {
  const row = findUpload(context, id);
  if (row === undefined) return err(notFound);
  if (stateOf(row) === "pending") return ok(row.multipart);
  return err({
    code: "content_conflict",
    detail: "This upload is complete. Create another upload for other bytes.",
  });
}

/** Takes one of R2's ids for the upload's parts; the first one stays, and is returned. */
export function beginParts(
  context: AccountContext,
  id: string,
  multipart: string,
): Result<string, Refusal> {
  const target = partTarget(context, id);
  if (!target.ok) return target;
  if (target.value !== null) return ok(target.value);
  context.storage.exec("UPDATE uploads SET multipart = ? WHERE id = ?", multipart, id);
  return ok(multipart);
}

/** Notes a part that R2 has; a repeat takes the place of the earlier one. */
export function notePart(
  context: AccountContext,
  id: string,
  part: StoredPart,
): Result<null, Refusal> {
  const target = partTarget(context, id);
  if (!target.ok) return target;
  context.storage.exec(
    "INSERT OR REPLACE INTO upload_parts (upload, number, etag) VALUES (?, ?, ?)",
    id,
    part.number,
    part.etag,
  );
  return ok(null);
}

/** What completing an upload of this end user takes; null where it is complete already. */
export function completion(
  context: AccountContext,
  id: string,
  endUser: string | null,
): Result<Completion | null, Refusal> {
  const row = findUpload(context, id, endUser);
  if (row === undefined) return err(notFound);
  if (stateOf(row) === "complete") return ok(null);
  if (row.method !== "parts") return ok({ multipart: null, parts: [] });
  const parts = context.storage.exec<{ number: number; etag: string }>(
    "SELECT number, etag FROM upload_parts WHERE upload = ? ORDER BY number",
    id,
  );
  const there = new Set(parts.map(({ number }) => number));
  const missing = Array.from({ length: partCount(row.announced_bytes ?? 0) }, (_, at) => at + 1)
    .filter((number) => !there.has(number))
    .join(", ");
  return missing === "" ? ok({ multipart: row.multipart, parts }) : err(incomplete(missing));
}

/** Forgets what has come of an upload that is not complete, so that its bytes can be sent again. */
export function startOver(context: AccountContext, id: string): void {
  context.storage.exec("DELETE FROM upload_parts WHERE upload = ?", id);
  context.storage.exec("UPDATE uploads SET multipart = NULL WHERE id = ? AND sha256 IS NULL", id);
}

function incomplete(missing: string): Refusal {
  return {
    code: "upload_incomplete",
    detail: `These parts are missing: ${missing}. Send them, then complete the upload.`,
  };
}
