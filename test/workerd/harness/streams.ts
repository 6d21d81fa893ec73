import { send } from "./api.ts";

/** One frame of a stream; a comment has neither event nor data. */
export interface Frame {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: unknown;
}

/** An open stream of events. */
export interface TestStream {
  readonly response: Response;
  /** The next frame with data; null at the end. */
  next(): Promise<Frame | null>;
  /** Everything up to the end. */
  rest(): Promise<Frame[]>;
  /** Cuts the connection. */
  cut(): Promise<void>;
}

/** Reads Server-Sent Events as the standard says, independently of any client. */
export async function openStream(
  key: string,
  path: string,
  headers: Record<string, string> = {},
  environment?: object,
): Promise<TestStream> {
  const response = await send("GET", path, {
    token: key,
    headers: { accept: "text/event-stream", ...headers },
    ...(environment === undefined ? {} : { environment }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (): Promise<Frame | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end === -1) {
        const piece = await reader?.read();
        if (piece === undefined || piece.done) return null;
        text += piece.value;
        continue;
      }
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      text = text.slice(end + 2);
      const data = fields.get("data");
      if (data === undefined) continue;
      const [id = null, event = null] = [fields.get("id"), fields.get("event")];
      return { id, event, data: JSON.parse(data) as unknown };
    }
  };
  return {
    response,
    next,
    rest: async () => {
      const frames: Frame[] = [];
      for (let frame = await next(); frame !== null; frame = await next()) frames.push(frame);
      return frames;
    },
    cut: async () => {
      await reader?.cancel();
    },
  };
}
