import type { Pushed, Subscription } from "../../account/stream-hub.ts";
import { readConfiguration } from "../../env.ts";
import { ProblemError } from "../../errors/problem-error.ts";
import type { Refusal } from "../../errors/refusal.ts";
import { accountStub } from "../../services.ts";
import type { AppContext } from "../app-env.ts";
import { Mailbox } from "./mailbox.ts";
import { readStream, type StreamPage } from "./read.ts";

/** Whether a request asks for Server-Sent Events. */
export function wantsStream(c: AppContext): boolean {
  return /\btext\/event-stream\b/i.test(c.req.header("accept") ?? "");
}

/** The event that a reader comes back after, from `Last-Event-ID`; null where it does not say. */
export function lastEventId(c: AppContext): number | null {
  const id = c.req.header("last-event-id") ?? "";
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

/**
 * Answers with a stream of events. The account's object pushes over one WebSocket, beside which it may sleep; this Worker
 * holds the connection to the reader, sends what keeps it alive, and reads pages of the log where the reader is behind.
 * 204 where nothing will follow: a reader that knows the end of its edit is told to come no more.
 */
export async function answerStream(
  c: AppContext,
  edit: string | null,
  read: (after: number | null) => Promise<StreamPage>,
  after: number | null,
): Promise<Response> {
  const { id, credential } = c.var.caller;
  const mailbox = new Mailbox();
  const socket = await subscribe(c.env, id, { credential, edit }, mailbox);
  const close = () => {
    mailbox.close();
    socket.close();
  };
  try {
    const first = await read(after);
    if (first.over === true && first.events.length === 0) {
      close();
      return c.body(null, 204);
    }
    const longest = Date.now() + readConfiguration(c.env).STREAM_SECONDS * 1000;
    const until =
      typeof credential === "string" ? longest : Math.min(longest, credential.expiresAt);
    const source = { mailbox, page: read, now: Date.now, until };
    return c.body(streamOf(readStream(source, first, edit), close), 200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
    });
  } catch (error) {
    close();
    throw error;
  }
}

async function subscribe(
  env: Env,
  account: string,
  subscription: Subscription,
  mailbox: Mailbox,
): Promise<WebSocket> {
  const answer = await accountStub(env.ACCOUNT, account).fetch("https://account/events", {
    headers: { upgrade: "websocket", subscription: JSON.stringify(subscription) },
  });
  const socket = answer.webSocket;
  if (socket === null) throw new ProblemError(await answer.json<Refusal>());
  socket.accept();
  socket.addEventListener("message", ({ data }) => mailbox.put(JSON.parse(String(data)) as Pushed));
  socket.addEventListener("close", () => mailbox.close());
  socket.addEventListener("error", () => mailbox.close());
  return socket;
}

/** The frames as a body that is read at its reader's pace; `close` is called at its end, whoever ends it. */
function streamOf(frames: AsyncGenerator<string, void>, close: () => void) {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const frame = await frames.next();
        if (!frame.done) {
          controller.enqueue(encoder.encode(frame.value));
          return;
        }
      } catch {
        // The log cannot be read now, or not any more: the reader comes again and is told.
      }
      close();
      controller.close();
    },
    cancel: close,
  });
}
