import { AwsClient } from "aws4fetch";

/** The bucket's S3 endpoint, with the bucket's name in its path, and a key that may write to it. */
export interface S3Settings {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A URL that takes one PUT straight into the bucket (SigV4 in the query): of this length and type, within its time, and
 * only while the key is free (`If-None-Match: *`). The headers are signed: a PUT has to carry each of them, but for the
 * length, which every client sends by itself. Times are milliseconds since the epoch.
 */
export async function presignPut(
  settings: S3Settings,
  put: {
    readonly key: string;
    readonly bytes: number;
    readonly contentType: string;
    readonly until: number;
    readonly now: number;
  },
): Promise<{ readonly url: string; readonly headers: Record<string, string> }> {
  const { accessKeyId, secretAccessKey } = settings;
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  const headers = { "content-type": put.contentType, "if-none-match": "*" };
  const url = new URL(`${settings.url.replace(/\/$/, "")}/${put.key}`);
  const seconds = Math.max(1, Math.floor((put.until - put.now) / 1000));
  url.searchParams.set("X-Amz-Expires", String(seconds));
  const datetime = new Date(put.now).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
  const signed = await client.sign(url, {
    method: "PUT",
    headers: { ...headers, "content-length": String(put.bytes) },
    aws: { signQuery: true, allHeaders: true, datetime },
  });
  return { url: signed.url, headers };
}
