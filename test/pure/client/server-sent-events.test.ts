import fc from "fast-check";
import { expect, it } from "vitest";
import {
  serverSentEvents,
  type ServerSentEvent,
} from "../../../infra/client/server-sent-events.ts";

/** The bytes of a text, in pieces that end anywhere. */
function inPieces(text: string, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((a, b) => a - b);
  return new ReadableStream({
    start(controller) {
      let from = 0;
      for (const end of [...ends, bytes.length]) {
        controller.enqueue(bytes.slice(from, end));
        from = end;
      }
      controller.close();
    },
  });
}

async function read(body: ReadableStream<Uint8Array>): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(body)) events.push(event);
  return events;
}

it.each(["\n", "\r\n"])(
  "reads frames however the bytes are cut, with lines ending in %j",
  async (line) => {
    const text = ["retry: 1000", "", ": keep-alive", "", "id: 3", "event: edit.queued"]
      .concat(
        'data: {"prompt":"Wiese, größer: ja"}',
        "",
        "event: progress",
        "data:1",
        "data: 2",
        "",
        "",
      )
      .join(line);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 200 }), { maxLength: 12 }), async (cuts) => {
        expect(await read(inPieces(text, cuts))).toEqual([
          { id: "3", event: "edit.queued", data: '{"prompt":"Wiese, größer: ja"}' },
          { id: null, event: "progress", data: "1\n2" },
        ]);
      }),
    );
  },
);

it("gives no frame that was cut off", async () => {
  expect(await read(inPieces("id: 1\ndata: whole\n\nid: 2\ndata: ha", []))).toHaveLength(1);
});
