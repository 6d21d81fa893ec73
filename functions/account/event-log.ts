import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";

/** A part of the log, and where to go on. */
export interface EventPage {
  readonly events: readonly WebhookEvent[];
  readonly more: boolean;
  /** The sequence to read after next time. */
  readonly next: number;
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
    events: page.map(({ payload }) => JSON.parse(payload) as WebhookEvent),
    more: rows.length > query.limit,
    next: page.at(-1)?.sequence ?? after,
  });
}
