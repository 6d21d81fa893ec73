import type { EventPage } from "../../account/event-log.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import type { WebhookEvent } from "../../../schemas/webhook-event.ts";
import { eventFrame, keepAlive, liveFrame, opening } from "./frames.ts";
import type { Mailbox } from "./mailbox.ts";

/** Where a stream comes from, and how long it may last. */
export interface StreamSource {
  readonly mailbox: Pick<Mailbox, "take">;
  /** Reads the log after a sequence. */
  readonly page: (after: number | null) => Promise<StreamPage>;
  readonly now: () => number;
  /** When the stream ends at the latest, in milliseconds since the epoch; its reader resumes then. */
  readonly until: number;
}

export type StreamPage = EventPage & { readonly over?: boolean };

/** A connection on which nothing has happened for so long, in milliseconds, is told that it lives. */
const quiet = 15_000;

/** The most pages that one stream reads; its reader resumes after that. Each is a subrequest, and those are limited. */
const mostPages = 400;

/**
 * The frames of a stream: what the log has after `first`, page by page at the reader's pace, and then what is pushed. The
 * mailbox must have been open before `first` was read, so that nothing falls between the two. A stream of one edit ends
 * with the event that ends the edit.
 */
export async function* readStream(
  source: StreamSource,
  first: StreamPage,
  edit: string | null,
): AsyncGenerator<string, void> {
  yield opening;
  let page = first;
  for (let pages = 1; ; pages++) {
    for (const event of page.events) yield frameOf(event);
    if (page.over === true) return;
    if (!page.more) break;
    if (pages >= mostPages) return;
    page = await source.page(page.next);
  }
  let sent = page.next;
  for (;;) {
    const left = source.until - source.now();
    if (left <= 0) return;
    const mail = await source.mailbox.take(Math.min(quiet, left));
    switch (mail.kind) {
      case "over":
        return;
      case "quiet":
        yield keepAlive;
        break;
      case "live":
        yield liveFrame(mail.live);
        break;
      case "event": {
        // The log's page had it already.
        if (mail.sequence <= sent) break;
        const event = JSON.parse(mail.payload) as WebhookEvent;
        yield eventFrame(mail.sequence, event.type, mail.payload);
        sent = mail.sequence;
        if (edit !== null && event.data.object === "edit" && isTerminal(event.data.status)) return;
        break;
      }
      default:
        mail satisfies never;
    }
  }
}

function frameOf(event: WebhookEvent): string {
  return eventFrame(event.sequence, event.type, JSON.stringify(event));
}
