import type { Pushed } from "../../account/stream-hub.ts";

type PushedEvent = Extract<Pushed, { kind: "event" }>;
type Live = Extract<Pushed, { kind: "live" }>["live"];

/** What a reader finds: an event, news of progress, nothing for a while, or the end. */
export type Mail =
  | PushedEvent
  | { readonly kind: "live"; readonly live: Live }
  | { readonly kind: "quiet" }
  | { readonly kind: "over" };

/** Events that wait for a slow reader; one that is further behind gets these, and resumes from the log. */
const mostEvents = 256;

/** Edits whose progress waits for a slow reader; news of more is dropped. */
const mostLive = 32;

/**
 * What was pushed and not yet read. Events keep their order, and none is left out: a reader that falls too far behind
 * loses the stream instead. Of progress and previews the latest of each edit counts, and events go ahead of them.
 */
export class Mailbox {
  #events: PushedEvent[] = [];
  #live = new Map<string, Live>();
  #over = false;
  #waiting: (() => void) | null = null;

  put(message: Pushed): void {
    if (this.#over) return;
    if (message.kind === "event") {
      if (this.#events.length >= mostEvents) this.close();
      else this.#events.push(message);
    } else if (message.kind === "live") {
      const { live } = message;
      const about = `${live.object} ${live.id}`;
      if (this.#live.has(about) || this.#live.size < mostLive) this.#live.set(about, live);
    }
    this.#wake();
  }

  /** Nothing comes any more; events that were put before are still there to take. */
  close(): void {
    this.#over = true;
    this.#wake();
  }

  /** The next piece; `quiet` where none comes within `ms` milliseconds. */
  async take(ms: number): Promise<Mail> {
    if (this.#empty()) await this.#filled(ms);
    const event = this.#events.shift();
    if (event !== undefined) return event;
    if (this.#over) return { kind: "over" };
    for (const [about, live] of this.#live) {
      this.#live.delete(about);
      return { kind: "live", live };
    }
    return { kind: "quiet" };
  }

  #empty(): boolean {
    return !this.#over && this.#events.length === 0 && this.#live.size === 0;
  }

  async #filled(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#waiting = null;
  }

  #wake(): void {
    this.#waiting?.();
  }
}
