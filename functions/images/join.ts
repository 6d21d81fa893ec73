/** Objects that become one, in this order. */
export interface Joining {
  readonly bucket: R2Bucket;
  readonly key: string;
  readonly pieces: readonly string[];
  /** Their length together. */
  readonly length: number;
  readonly options: R2PutOptions;
}

/**
 * Puts objects together as one, streamed from the bucket into the bucket: nothing of them is held, and nothing is there
 * until all of it is. Null where the key is taken and the options want it free. The pieces stay.
 */
export async function joinObjects(joining: Joining): Promise<R2Object | null> {
  const { bucket, key, pieces, length, options } = joining;
  const { readable, writable } = new FixedLengthStream(length);
  const stored: Promise<R2Object | null> = bucket.put(key, readable, options);
  const piped = pipeAll(bucket, pieces, writable);
  const [piping, storing] = await Promise.allSettled([piped, stored]);
  if (storing.status === "rejected") {
    throw piping.status === "rejected" ? piping.reason : storing.reason;
  }
  // A put that finds its key taken reads nothing, and the pipe into it breaks.
  if (piping.status === "rejected" && storing.value !== null) throw piping.reason;
  return storing.value;
}

async function pipeAll(
  bucket: R2Bucket,
  pieces: readonly string[],
  writable: WritableStream,
): Promise<void> {
  try {
    for (const piece of pieces) {
      const object = await bucket.get(piece);
      if (object === null) throw new Error(`${piece} has gone`);
      await object.body.pipeTo(writable, { preventClose: true });
    }
    await writable.close();
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
}
