import { ok, type Result } from "../result.ts";
import { measureStream, stageStream, type Staged, type StageProblem } from "./stage.ts";

/** What came of a write-once PUT: the same bytes again are welcome, others are not. */
export type WriteOutcome =
  | { readonly type: "created" | "same"; readonly staged: Staged }
  | { readonly type: "conflict" };

/**
 * Stores a body under a key that is written once. A repeat of the same bytes finds them there (R2's MD5 says so),
 * anything else is a conflict and changes nothing.
 */
export async function writeOnce(request: {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly contentLength: number;
  readonly maxBytes: number;
  readonly contentType?: string;
}): Promise<Result<WriteOutcome, StageProblem>> {
  const present = await request.bucket.head(request.key);
  if (present !== null) {
    const measured = await measureStream(request.body, request.maxBytes);
    if (!measured.ok) return measured;
    const same = present.checksums.toJSON().md5 === measured.value.md5;
    return ok(same ? { type: "same", staged: measured.value } : { type: "conflict" });
  }
  const staged = await stageStream(request);
  return staged.ok ? ok({ type: "created", staged: staged.value }) : staged;
}
