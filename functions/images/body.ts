/** Bytes that arrive, and how long they may take to. */
export interface Arriving {
  readonly body: ReadableStream<Uint8Array>;
  /** Aborts when the body has taken too long; without one it may take as long as it likes. */
  readonly signal?: AbortSignal;
}

/** What can be wrong with a body: too many bytes, others than declared, or too late. */
export type BodyProblem = "too_large" | "length_differs" | "too_slow";

/** A body that was not what its sender said, or did not arrive in time. */
export class BodyError extends Error {
  readonly problem: BodyProblem;

  constructor(problem: BodyProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** A body of known length, and who stores it. */
export interface Storing<Stored> extends Arriving {
  readonly contentLength: number;
  /** Sees each chunk first; what it throws ends the body. */
  readonly take: (chunk: Uint8Array) => void;
  /** Reads a stream of exactly the declared length; it may be done before the end. */
  readonly store: (readable: ReadableStream) => Promise<Stored>;
  /** Takes back what was stored of a body that turned out to be wrong. */
  readonly undo: (stored: Stored) => Promise<void>;
}

/**
 * Feeds a body to whoever stores it. Backpressure is theirs: of the body no more than one chunk is held here. What went
 * wrong with the body is the cause of what went wrong with storing it.
 *
 * @throws {BodyError} where the body is not as long as declared, or too slow.
 */
export async function storeStream<Stored>(job: Storing<Stored>): Promise<Stored> {
  const fixed = new FixedLengthStream(job.contentLength);
  const stored = job.store(fixed.readable);
  const [copying, storing] = await Promise.allSettled([
    copy(job, fixed.writable.getWriter(), stored),
    stored,
  ]);
  if (copying.status === "fulfilled" && storing.status === "fulfilled") return storing.value;
  if (storing.status === "fulfilled") await job.undo(storing.value);
  throw copying.status === "rejected" ? copying.reason : (storing as PromiseRejectedResult).reason;
}

async function copy<Stored>(
  job: Storing<Stored>,
  to: WritableStreamDefaultWriter<ArrayBuffer | ArrayBufferView>,
  stored: Promise<Stored>,
): Promise<void> {
  // Storing that is decided reads no further; the rest of the body is measured all the same.
  let reading = true;
  const decided = stored.finally(() => {
    reading = false;
  });
  decided.catch(() => undefined);
  let length = 0;
  try {
    for await (const chunk of inTime(job)) {
      length += chunk.length;
      if (length > job.contentLength) throw new BodyError("length_differs");
      job.take(chunk);
      if (reading) await Promise.race([to.write(chunk), decided]);
    }
    if (length !== job.contentLength) throw new BodyError("length_differs");
    if (reading) await Promise.race([to.close(), decided]);
  } catch (error) {
    await to.abort(error).catch(() => undefined);
    throw error;
  }
}

/** The first bytes of a body, and the body as it was, those bytes included. */
export async function peek(
  body: ReadableStream<Uint8Array>,
  bytes: number,
): Promise<{ readonly head: Uint8Array; readonly body: ReadableStream<Uint8Array> }> {
  const reader = body.getReader();
  const read: Uint8Array[] = [];
  for (let length = 0; length < bytes;) {
    const { done, value } = await reader.read();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  return {
    head: new Uint8Array(Buffer.concat(read).subarray(0, bytes)),
    body: new ReadableStream({
      async pull(controller) {
        const next = read.length > 0 ? { done: false, value: read.shift() } : await reader.read();
        if (next.value === undefined) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => reader.cancel(reason),
    }),
  };
}

/**
 * The chunks of a body, until its time is over, however long the next chunk would take. Who leaves early leaves the
 * rest to be read or canceled.
 *
 * @throws {BodyError} `too_slow`.
 */
export async function* inTime({ body, signal }: Arriving): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  // Ends the read that waits.
  const stop = () => {
    reader.cancel("too slow").catch(() => undefined);
  };
  signal?.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal?.aborted === true) throw new BodyError("too_slow");
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    reader.releaseLock();
  }
}
