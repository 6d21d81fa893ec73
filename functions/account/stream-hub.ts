import type { EditPreview, EditProgress } from "../../schemas/event-stream.ts";
import { limits } from "../../schemas/limits.ts";
import type { Refusal } from "../errors/refusal.ts";
import type { Credential } from "./credential.ts";
import type { AccountDesk } from "./desk.ts";
import type { Liveness } from "./edit-row.ts";

/** Who reads: by which credential, and of which edit (null: of every one). Kept with the socket while the object sleeps. */
export interface Subscription {
  readonly credential: Credential;
  readonly edit: string | null;
}

/** What is pushed to a reader. */
export type Pushed =
  | { readonly kind: "event"; readonly sequence: number; readonly payload: string }
  | { readonly kind: "live"; readonly live: EditProgress | EditPreview };

/** The sockets of a Durable Object that sleep with it. */
export type Sockets = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets">;

/** The tag of sockets that read every edit's events; no edit has this id. */
const everyEdit = "*";

/** Progress of an edit is pushed so often at most, in milliseconds. */
const progressEvery = 100;

/**
 * The readers of an account's events: each holds a WebSocket to the object, and the object may sleep while nothing
 * happens, so that an open stream costs nothing. What a transaction has appended to the log is pushed right after it;
 * an object that dies in between takes its sockets along, and their readers resume from the log.
 */
export class StreamHub {
  #sockets: Sockets;
  #desk: () => AccountDesk;
  #appended: number[] = [];
  #moved = new Map<string, Liveness>();

  constructor(sockets: Sockets, desk: () => AccountDesk) {
    this.#sockets = sockets;
    this.#desk = desk;
  }

  /** Answers a request for a subscription: 101 with its WebSocket, or the refusal as JSON. */
  answer(request: Request): Response {
    const subscription = JSON.parse(request.headers.get("subscription") ?? "null") as Subscription;
    const pair = new WebSocketPair();
    const refusal = this.#open(subscription, pair);
    if (refusal !== null) return Response.json(refusal);
    return new Response(null, { status: 101, webSocket: pair[0] });
  }

  /** Notes an event that was written; it is pushed once its transaction is over. */
  appended(sequence: number): void {
    this.#appended.push(sequence);
    if (this.#appended.length === 1) queueMicrotask(() => this.#pushEvents());
  }

  /** Notes where an edit is now; the latest is pushed a moment later. */
  moved(edit: string, live: Liveness): void {
    if (this.#readers(edit).length === 0) return;
    this.#moved.set(edit, live);
    if (this.#moved.size === 1) setTimeout(() => this.#pushProgress(), progressEvery);
  }

  /** Tells of a preview that has just been stored. */
  previewed(edit: string, attempt: number): void {
    const readers = this.#readers(edit);
    if (readers.length === 0) return;
    const live = this.#desk().preview(edit, attempt);
    if (live !== null) push(readers, { kind: "live", live });
  }

  /** Lets those readers go whose credential is not in force any more. */
  review(): void {
    for (const socket of open(this.#sockets.getWebSockets())) {
      const { credential } = socket.deserializeAttachment() as Subscription;
      if (!this.#desk().inForce(credential)) socket.close(1008, "not in force any more");
    }
  }

  #open(subscription: Subscription, pair: InstanceType<typeof WebSocketPair>): Refusal | null {
    const admitted = this.#desk().admitReader(subscription);
    if (!admitted.ok) return admitted.problem;
    if (open(this.#sockets.getWebSockets()).length >= limits.eventStreams) {
      return {
        code: "streams_too_many",
        detail: `An account reads ${limits.eventStreams} streams at a time. Close some, or read GET /v1/events page by page.`,
        retryAfter: 10,
      };
    }
    const socket = pair[1];
    this.#sockets.acceptWebSocket(socket, [subscription.edit ?? everyEdit]);
    socket.serializeAttachment(subscription);
    return null;
  }

  #pushEvents(): void {
    const sequences = this.#appended.splice(0);
    for (const { sequence, edit, payload } of this.#desk().storedEvents(sequences)) {
      push(this.#readers(edit), { kind: "event", sequence, payload });
    }
  }

  #pushProgress(): void {
    const moved = [...this.#moved];
    this.#moved.clear();
    for (const [id, { progress = 0, queuePosition = null }] of moved) {
      const live = {
        object: "edit.progress",
        id,
        progress,
        queue_position: queuePosition,
      } as const;
      push(this.#readers(id), { kind: "live", live });
    }
  }

  #readers(edit: string): WebSocket[] {
    const ofEdit = edit === "" ? [] : this.#sockets.getWebSockets(edit);
    return open([...ofEdit, ...this.#sockets.getWebSockets(everyEdit)]);
  }
}

function open(sockets: readonly WebSocket[]): WebSocket[] {
  return sockets.filter(({ readyState }) => readyState === WebSocket.OPEN);
}

function push(readers: readonly WebSocket[], message: Pushed): void {
  const text = JSON.stringify(message);
  for (const reader of readers) {
    try {
      reader.send(text);
    } catch {
      // It went away in this moment; its reader resumes from the log.
    }
  }
}
