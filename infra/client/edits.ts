import type { z } from "@hono/zod-openapi";
import type { Edit, EditList, EditRequest, EditStatus, PictureRole } from "../../schemas/edit.ts";
import type { EditPreview, EditProgress } from "../../schemas/event-stream.ts";
import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import { pause, type Transport } from "./transport.ts";

/** A picture: a file's bytes, an https URL, a `data:` URI, or the id of an upload. */
export type Picture = Blob | string;

/** What an edit is asked for with. */
export type EditParameters = Partial<Omit<z.input<typeof EditRequest>, PictureRole>> &
  Partial<Record<PictureRole, Picture>>;

/** What a stream of an edit tells. */
export type EditNews = WebhookEvent | EditProgress | EditPreview;

export interface EditQuery {
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly before?: string;
  readonly status?: EditStatus;
}

const ended = new Set<EditStatus>(["succeeded", "failed", "canceled", "expired"]);

/** The edits of an account. */
export class Edits {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Asks for an edit. Its idempotency key stays over retries, so that it is made and paid for once. */
  create(
    parameters: EditParameters,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<Edit> {
    const files = Object.values(parameters).some((value) => value instanceof Blob);
    return this.#transport.json("POST", "/v1/edits", {
      body: files ? formOf(parameters) : parameters,
      headers: { "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() },
      repeatable: true,
      signal: options.signal,
    });
  }

  /** The edit as it is now, with fresh URLs. */
  get(id: string, signal?: AbortSignal): Promise<Edit> {
    return this.#transport.json("GET", `/v1/edits/${encodeURIComponent(id)}`, { signal });
  }

  /** A page of edits, newest first. */
  list(query: EditQuery = {}): Promise<z.infer<typeof EditList>> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.#transport.json("GET", `/v1/edits?${search.toString()}`);
  }

  /** Cancels an edit; one that has ended stays as it is. */
  cancel(id: string): Promise<Edit> {
    const path = `/v1/edits/${encodeURIComponent(id)}/cancel`;
    return this.#transport.json("POST", path, { repeatable: true });
  }

  /** Deletes an edit and every byte of it. */
  delete(id: string): Promise<void> {
    return this.#transport.json("DELETE", `/v1/edits/${encodeURIComponent(id)}`);
  }

  /** What happens to an edit, up to its end or the connection's. */
  async *events(id: string, signal?: AbortSignal): AsyncGenerator<EditNews, void> {
    const path = `/v1/edits/${encodeURIComponent(id)}/events`;
    const headers = { accept: "text/event-stream" };
    const { body } = await this.#transport.send("GET", path, { headers, signal });
    if (body === null) return;
    for await (const { data } of serverSentEvents(body)) yield JSON.parse(data) as EditNews;
  }

  /**
   * The edit once it has ended, however it did: look at its `status`. Follows its stream, and looks again each second
   * where that is cut or cannot be had. Aborting the signal stops the wait and leaves the edit as it is.
   */
  async wait(
    id: string,
    options: { onNews?: (news: EditNews) => void; signal?: AbortSignal } = {},
  ): Promise<Edit> {
    const { onNews, signal } = options;
    for (;;) {
      try {
        for await (const news of this.events(id, signal)) onNews?.(news);
      } catch {
        // Whether it is worse than a broken stream, the next request says.
      }
      signal?.throwIfAborted();
      const edit = await this.get(id, signal);
      if (ended.has(edit.status)) return edit;
      await pause(1_000);
    }
  }
}

function formOf(parameters: EditParameters): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (value instanceof Blob) form.set(name, value, value instanceof File ? value.name : name);
    else form.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return form;
}
