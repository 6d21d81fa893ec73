import type { EventType, WebhookEvent } from "../../schemas/webhook-event.ts";
import { spans, type AccountContext } from "./context.ts";
import { instant, toEdit, type EditRow } from "./edit-row.ts";

/**
 * Appends an edit's new status to the account's event log: gapless, and frozen as it is now. Call inside the
 * transaction that changes the status. The files of a finished edit stay until `purge_at`, and so do its URLs here.
 */
export function announce(context: AccountContext, row: EditRow): WebhookEvent {
  const [next] = context.storage.exec<{ last_sequence: number }>(
    "UPDATE account SET last_sequence = last_sequence + 1 RETURNING last_sequence",
  );
  const event: WebhookEvent = {
    type: `edit.${row.status}` satisfies EventType,
    timestamp: instant(context.now()),
    sequence: next?.last_sequence ?? 0,
    data: toEdit(context, row, {}, row.purge_at ?? undefined),
  };
  context.storage.exec(
    "INSERT INTO events (sequence, type, edit, payload, created_at) VALUES (?, ?, ?, ?, ?)",
    event.sequence,
    event.type,
    row.id,
    JSON.stringify(event),
    context.now(),
  );
  const { account } = context;
  context.log(event.type, { account, edit: row.id, attempt: row.attempt });
  return event;
}

/** Events that one call prunes at most; it looks at no others, since they are in the order of their time. */
const pruned = 100;

/** Drops events that are older than the log is kept, from its beginning on. */
export function pruneEvents(context: AccountContext): void {
  context.storage.exec(
    `DELETE FROM events WHERE created_at < ?
       AND sequence < (SELECT min(sequence) FROM events) + ${pruned}`,
    context.now() - spans.events,
  );
}
