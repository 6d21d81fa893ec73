import type { Upload } from "../../../schemas/upload.ts";
import { readConfiguration } from "../../env.ts";
import { presignPut } from "../../images/direct-put.ts";
import { uploadKey } from "../../images/object-keys.ts";
import type { AppContext } from "../app-env.ts";

/**
 * A direct upload with the URL that the bucket itself takes its bytes at, signed for its length and type, and for a key
 * that is free: what is there already cannot be replaced. Other uploads stay as they are.
 */
export async function withDirectUrl(c: AppContext, upload: Upload): Promise<Upload> {
  const { bytes, content_type: contentType } = upload.announced;
  if (upload.method !== "direct" || upload.url_expires_at === null) return upload;
  if (bytes === null || contentType === null) return upload;
  const configuration = readConfiguration(c.env);
  const { url, headers } = await presignPut(
    {
      url: configuration.R2_S3_URL,
      accessKeyId: configuration.R2_ACCESS_KEY_ID,
      secretAccessKey: configuration.R2_SECRET_ACCESS_KEY,
    },
    {
      key: uploadKey(c.var.caller.id, upload.id),
      bytes,
      contentType,
      until: Date.parse(upload.url_expires_at),
      now: Date.now(),
    },
  );
  return { ...upload, upload_url: url, upload_headers: headers };
}
