/** Deletes every object whose key begins with `prefix`; none there is fine. */
export async function purge(bucket: R2Bucket, prefix: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    const keys = page.objects.map((object) => object.key);
    if (keys.length > 0) await bucket.delete(keys);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/** Gives up an upload in parts; one that was put together or given up already is left as it is. */
export async function giveUpParts(bucket: R2Bucket, key: string, id: string): Promise<void> {
  // R2 answers an id that it does not know (any more) with an error, which says the same as success.
  await bucket
    .resumeMultipartUpload(key, id)
    .abort()
    .catch(() => undefined);
}
