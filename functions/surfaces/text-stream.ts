/** A body that is written while it is read: nothing of it is held. One who stops reading ends the generator. */
export function textStream(pieces: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return();
    },
  });
}

/** The headers of a stream of events (text/event-stream). */
export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/** A file in base 64, piece by piece. */
export async function* base64Of(file: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of file) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    if (whole > 0) yield bytes.subarray(0, whole).toString("base64");
  }
  if (rest.length > 0) yield Buffer.from(rest).toString("base64");
}
