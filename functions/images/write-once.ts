import { ok, type Result } from "../result.ts";
import type { BodyProblem } from "./body.ts";
import { stageOnce, type Staged } from "./stage.ts";

/** What came of a write-once PUT: the same bytes again are welcome, others are not. */
export type WriteOutcome =
  | { readonly type: "created" | "same"; readonly staged: Staged; readonly etag: string }
  | { readonly type: "conflict" };

/**
 * Stores a body under a key that is written once. A repeat of the same bytes finds them there (R2's MD5 says so),
 * anything else is a conflict and changes nothing.
 */
export async function writeOnce(
  request: Parameters<typeof stageOnce>[0],
): Promise<Result<WriteOutcome, BodyProblem>> {
  const written = await stageOnce(request);
  if (!written.ok) return written;
  const { staged, etag } = written.value;
  if (etag !== null) return ok({ type: "created", staged, etag });
  const present = await request.bucket.head(request.key);
  if (present === null || present.checksums.toJSON().md5 !== staged.md5)
    return ok({ type: "conflict" });
  return ok({ type: "same", staged, etag: present.etag });
}
