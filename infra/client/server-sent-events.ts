import { ConnectionError } from "./errors.ts";

/** A stream on which not even a comment came for so long, in milliseconds, is dead: one comes every 15 seconds. */
const silence = 45_000;

/** One frame of Server-Sent Events that has data. */
export interface ServerSentEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** The frames of a body, as the HTML standard reads them. Ends with the body; throws where the connection fails. */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let piece = await pieceOf(reader); !piece.done; piece = await pieceOf(reader)) {
      text += decoder.decode(piece.value, { stream: true });
      const frames = text.split(/\r?\n\r?\n/);
      text = frames.pop() ?? "";
      for (const frame of frames) {
        const parsed = parseFrame(frame);
        if (parsed !== null) yield parsed;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function pieceOf(reader: ReadableStreamDefaultReader<Uint8Array>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    const dead = () => reject(new ConnectionError("The stream fell silent."));
    timer = setTimeout(dead, silence);
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } finally {
    clearTimeout(timer);
  }
}

function parseFrame(frame: string): ServerSentEvent | null {
  let [id, event]: [string | null, string] = [null, "message"];
  const data: string[] = [];
  for (const line of frame.split(/\r?\n/)) {
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id") id = value;
  }
  return data.length === 0 ? null : { id, event, data: data.join("\n") };
}
