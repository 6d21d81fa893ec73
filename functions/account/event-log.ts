import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { visibleEdit } from "./deletion.ts";
import { isTerminal } from "./edit-machine.ts";

/** A part of the log, and where to go on. */
export interface EventPage {
  readonly events: readonly WebhookEvent[];
  readonly more: boolean;
  /** The sequence to read after next time. */
  readonly next: number;
}

/** Where to read: after a sequence, from the oldest event that is kept (null), or after the newest. */
export type EventCursor = number | null | "latest";

/** An event as it is stored, for whoever passes it on as it is. */
export interface StoredEvent {
  readonly sequence: number;
  /** The edit that it is about; empty where it is about none. */
  readonly edit: string;
  readonly type: WebhookEvent["type"];
  /** The frozen JSON. */
  readonly payload: string;
}

/** A part of one edit's events. */
export interface EditEventPage extends EventPage {
  /** Whether the edit has ended and nothing follows this part. */
  readonly over: boolean;
}

type Read = { sequence: number; payload: string };

/**
 * Reads the log after the event `after`, oldest first; without it, from the oldest event that is kept. Events before the
 * kept ones are refused, with the place to go on from, so that no reader takes a gap for the whole.
 */
export function readEvents(
  context: AccountContext,
  query: { readonly after: EventCursor; readonly limit: number },
): Result<EventPage, Refusal> {
  const [kept] = context.storage.exec<{ oldest: number; newest: number }>(
    `SELECT coalesce((SELECT min(sequence) FROM events), last_sequence + 1) AS oldest,
       last_sequence AS newest FROM account`,
  );
  const before = (kept?.oldest ?? 1) - 1;
  const after = query.after === "latest" ? (kept?.newest ?? 0) : (query.after ?? before);
  if (after < before) {
    return err({
      code: "events_gone",
      detail: `Events up to ${before} are not kept any more. Go on with after=${before}, and list your edits for what came before.`,
    });
  }
  const rows = context.storage.exec<Read>(
    "SELECT sequence, payload FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
    after,
    query.limit + 1,
  );
  return ok(pageOf(rows, query.limit, after));
}

/**
 * Reads the events of one edit after the event `after`, oldest first. An edit that ended before the kept events is
 * refused where all of them are asked for.
 */
export function readEditEvents(
  context: AccountContext,
  edit: string,
  query: {
    readonly after: number | null;
    readonly limit: number;
    /** Whose edit it has to be; null for anyone's. */
    readonly endUser: string | null;
  },
): Result<EditEventPage, Refusal> {
  const found = visibleEdit(context, edit, query.endUser);
  if (!found.ok) return found;
  const rows = context.storage.exec<Read>(
    `SELECT sequence, payload FROM events INDEXED BY events_by_edit
     WHERE edit = ?1 AND edit <> '' AND sequence > ?2 ORDER BY sequence LIMIT ?3`,
    edit,
    query.after ?? 0,
    query.limit + 1,
  );
  const page = pageOf(rows, query.limit, query.after ?? 0);
  const over = isTerminal(found.value.status) && !page.more;
  if (over && rows.length === 0 && query.after === null) {
    return err({
      code: "events_gone",
      detail: "The edit's events are not kept any more. GET /v1/edits/{id} says how it ended.",
    });
  }
  return ok({ ...page, over });
}

/** Those of these events that were written, oldest first. */
export function storedEvents(
  context: AccountContext,
  sequences: readonly number[],
): readonly StoredEvent[] {
  return sequences.flatMap((sequence) =>
    context.storage
      .exec<{ sequence: number; edit: string; type: string; payload: string }>(
        "SELECT sequence, edit, type, payload FROM events WHERE sequence = ?",
        sequence,
      )
      .map((row) => ({ ...row, type: row.type as WebhookEvent["type"] })),
  );
}

function pageOf(rows: readonly Read[], limit: number, after: number): EventPage {
  const page = rows.slice(0, limit);
  return {
    events: page.map(({ payload }) => JSON.parse(payload) as WebhookEvent),
    more: rows.length > limit,
    next: page.at(-1)?.sequence ?? after,
  };
}
