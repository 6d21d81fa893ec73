import { limits } from "../../../schemas/limits.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import type { Upload } from "../../../schemas/upload.ts";
import type { Completion } from "../../account/upload-parts.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import type { Refusal } from "../../errors/refusal.ts";
import { inspectPicture } from "../../images/head.ts";
import { uploadKey } from "../../images/object-keys.ts";
import { measure } from "../../images/stage.ts";
import { describeError, log } from "../../log.ts";
import type { AppContext } from "../app-env.ts";
import { originOf } from "../origin.ts";

/** What may be wrong with a file that has arrived. */
export const pictureProblems: ProblemCode[] = [
  "image_unreadable",
  "image_format_unsupported",
  "image_animated",
  "image_too_small",
  "image_side_too_long",
  "image_too_many_pixels",
  "upload_mismatch",
];

/**
 * Completes an upload: its parts become one object, which is read once as a stream for its length, SHA-256 and header,
 * and recorded with its etag. A file that is not what was announced, or no picture that is taken, is removed, and can be
 * sent again. Completing a complete upload changes nothing.
 */
export async function completeUpload(c: AppContext, id: string): Promise<Upload> {
  const { id: owner, account, credential } = c.var.caller;
  const { BUCKET: bucket } = c.env;
  const origin = originOf(c);
  const key = uploadKey(owner, id);
  const completion = unwrap(await account.uploadCompletion(credential, id));
  if (completion === null) return unwrap(await account.upload(credential, id, { origin }));

  const there = await putTogether(bucket, key, completion);
  const object = there ? await bucket.get(key) : null;
  if (object === null) {
    await account.startUploadOver(id);
    throw new ProblemError({
      code: "upload_incomplete",
      detail: "The bytes are not there. Send them, all of its parts, and complete the upload then.",
    });
  }
  const refuse = async (refusal: Refusal): Promise<never> => {
    await bucket.delete(key);
    await account.startUploadOver(id);
    throw new ProblemError(refusal);
  };
  if (object.size > limits.imageBytes) {
    await object.body.cancel();
    const detail = `The file has ${object.size} bytes; at most ${limits.imageBytes} are allowed.`;
    return refuse({ code: "image_too_large", detail });
  }
  const { length: bytes, sha256, head } = await measure(object.body);
  const header = await inspectPicture({ bucket, key, offset: 0, length: bytes, head });
  if (!header.ok) return refuse(header.problem);
  const { format, width, height, orientation } = header.value;
  const image = { bytes, sha256, format, width, height, orientation, etag: object.etag };
  const completed = await account.completeUpload(id, image, origin);
  return completed.ok ? completed.value : refuse(completed.problem);
}

/** Whether the object is there: put together now, or by an earlier try. What is there is never replaced. */
async function putTogether(
  bucket: R2Bucket,
  key: string,
  { multipart, parts }: Completion,
): Promise<boolean> {
  if (multipart === null || (await bucket.head(key)) !== null) return true;
  const sent = parts.map(({ number, etag }) => ({ partNumber: number, etag }));
  try {
    await bucket.resumeMultipartUpload(key, multipart).complete(sent);
    return true;
  } catch (error) {
    // Two tries at a time: the other one was first. Otherwise R2 lacks a part that was noted.
    log("warn", "upload.not_put_together", { reason: describeError(error) });
    return (await bucket.head(key)) !== null;
  }
}
