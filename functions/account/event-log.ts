import type { AccountEvent, AccountEventType, LoggedEvent } from "../../schemas/event.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { instant } from "./edit-row.ts";
import { toAccount } from "./resource.ts";

/** A part of the log, and where to go on. */
export interface EventPage {
  readonly events: readonly LoggedEvent[];
  readonly more: boolean;
  /** The sequence to read after next time. */
  readonly next: number;
}

/**
 * Appends an event of the account itself to its log, frozen as the account is now. Call inside the transaction that
 * changes it.
 */
export function announceAccount(context: AccountContext, type: AccountEventType): AccountEvent {
  const [row] = context.storage.exec<{ last_sequence: number }>(
    "UPDATE account SET last_sequence = last_sequence + 1 RETURNING last_sequence",
  );
  const event: AccountEvent = {
    type,
    timestamp: instant(context.now()),
    sequence: row?.last_sequence ?? 0,
    data: toAccount(context),
  };
  context.storage.exec(
    "INSERT INTO events (sequence, type, edit, payload, created_at) VALUES (?, ?, '', ?, ?)",
    event.sequence,
    event.type,
    JSON.stringify(event),
    context.now(),
  );
  return event;
}

/**
 * Reads the log after the event `after`, oldest first; without it, from the oldest event that is kept. Events before the
 * kept ones are refused, with the place to go on from, so that no reader takes a gap for the whole.
 */
export function readEvents(
  context: AccountContext,
  query: { readonly after: number | null; readonly limit: number },
): Result<EventPage, Refusal> {
  const [kept] = context.storage.exec<{ oldest: number }>(
    "SELECT coalesce((SELECT min(sequence) FROM events), last_sequence + 1) AS oldest FROM account",
  );
  const before = (kept?.oldest ?? 1) - 1;
  const after = query.after ?? before;
  if (after < before) {
    return err({
      code: "events_gone",
      detail: `Events up to ${before} are not kept any more. Go on with after=${before}, and list your edits for what came before.`,
    });
  }
  const rows = context.storage.exec<{ sequence: number; payload: string }>(
    "SELECT sequence, payload FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
    after,
    query.limit + 1,
  );
  const page = rows.slice(0, query.limit);
  return ok({
    events: page.map(({ payload }) => JSON.parse(payload) as LoggedEvent),
    more: rows.length > query.limit,
    next: page.at(-1)?.sequence ?? after,
  });
}
