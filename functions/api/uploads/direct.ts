import type { Upload } from "../../../schemas/upload.ts";
import { readConfiguration } from "../../env.ts";
import { presignPut, type S3Settings } from "../../images/direct-put.ts";
import { uploadKey } from "../../images/object-keys.ts";
import type { AppContext } from "../app-env.ts";

/** The bucket's S3 endpoint and the key to it; null where a deployment takes no direct uploads. */
export function directSettings(env: object): S3Settings | null {
  const {
    R2_S3_URL: url,
    R2_ACCESS_KEY_ID: accessKeyId,
    R2_SECRET_ACCESS_KEY: secretAccessKey,
  } = readConfiguration(env);
  const complete = url !== "" && accessKeyId !== "" && secretAccessKey !== "";
  return complete ? { url, accessKeyId, secretAccessKey } : null;
}

/**
 * A direct upload with the URL that the bucket itself takes its bytes at, signed for its length and type, and for a key
 * that is free: what is there already cannot be replaced. Other uploads stay as they are.
 */
export async function withDirectUrl(c: AppContext, upload: Upload): Promise<Upload> {
  const { bytes, content_type: contentType } = upload.announced;
  if (upload.method !== "direct" || upload.url_expires_at === null) return upload;
  const settings = directSettings(c.env);
  if (bytes === null || contentType === null || settings === null) return upload;
  const { url, headers } = await presignPut(settings, {
    key: uploadKey(c.var.caller.id, upload.id),
    bytes,
    contentType,
    until: Date.parse(upload.url_expires_at),
    now: Date.now(),
  });
  return { ...upload, upload_url: url, upload_headers: headers };
}
