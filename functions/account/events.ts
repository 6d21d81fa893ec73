import type { DeliveryScheme } from "../../schemas/surface.ts";
import type { AccountEvent, EditEvent, WebhookEvent } from "../../schemas/webhook-event.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { surfaceWebhook } from "../surfaces/webhooks.ts";
import type { EditRecord } from "./answers.ts";
import { spans, type AccountContext } from "./context.ts";
import { addDelivery } from "./delivery-row.ts";
import { isTerminal } from "./edit-machine.ts";
import { instant, toEdit, type EditRow, type SettledParameters } from "./edit-row.ts";
import { subscribers } from "./endpoint-row.ts";
import { frozenPayload } from "./payload.ts";
import { toAccount } from "./resource.ts";

/** Where an event is sent; in a form and signed in a way of its own where a compatible surface has its own. */
interface Address {
  readonly url: string;
  readonly payload?: string;
  readonly scheme?: DeliveryScheme;
}

/** An event that is about to be written: what happened, and to which edit, if to one. */
type Happening = Pick<WebhookEvent, "type" | "data"> & { readonly edit?: string };

/**
 * Appends an edit's new status to the account's event log and puts it on its way: to every endpoint that subscribes to
 * it, and at the edit's end to the edit's own webhook. The files of a finished edit stay until `purge_at`, and so do its
 * URLs here. Call inside the transaction that changes the status.
 */
export function announce(context: AccountContext, row: EditRow): WorkMessage[] {
  const { account } = context;
  const type: EditEvent["type"] = `edit.${row.status}`;
  const parameters = JSON.parse(row.parameters) as SettledParameters;
  const data = toEdit(context, row, {}, row.purge_at ?? undefined);
  const messages = publish(
    context,
    { type, data, edit: row.id },
    ownWebhook({ edit: data, parameters }),
  );
  context.log(type, { account, edit: row.id, attempt: row.attempt });
  return messages;
}

/** Where an edit's own webhook goes with its new status, and in which form; null where it goes nowhere. */
function ownWebhook(record: EditRecord): Address | null {
  const { webhook, surface } = record.parameters;
  if (surface !== undefined) return surfaceWebhook(surface, record);
  if (webhook === undefined || !isTerminal(record.edit.status)) return null;
  return { url: webhook };
}

/** Appends an event of the account itself, frozen as it is now. Call inside the transaction that changes it. */
export function announceAccount(
  context: AccountContext,
  type: AccountEvent["type"],
): WorkMessage[] {
  return publish(context, { type, data: toAccount(context) });
}

/** Appends an event to the log and puts it on its way to its subscribers, and to the address `own`. */
export function publish(
  context: AccountContext,
  happening: Happening,
  own: Address | null = null,
): WorkMessage[] {
  return send(context, happening, [
    ...(own === null ? [] : [{ id: null, ...own }]),
    ...subscribers(context, happening.type),
  ]);
}

/** Appends an event to the log and puts it on its way to these addresses and no others. */
export function send(
  context: AccountContext,
  { type, data, edit = "" }: Happening,
  addresses: readonly (Address & { readonly id: string | null })[],
): WorkMessage[] {
  const { event, payload: usual } = append(context, type, data, edit);
  return addresses.map(({ id: endpoint, url, payload = usual, scheme }) => {
    const delivery = { edit, event, type, endpoint, url, payload, scheme: scheme ?? null };
    const { id } = addDelivery(context, delivery);
    return { v: 1, type: "deliver", account: context.account, delivery: id };
  });
}

/**
 * Drops events that are older than the log is kept: those before the first that is not, so that a clock that was set back
 * leaves no gap.
 */
export function pruneEvents(context: AccountContext): void {
  context.storage.exec(
    `DELETE FROM events WHERE sequence < coalesce(
       (SELECT sequence FROM events WHERE created_at >= ? ORDER BY sequence LIMIT 1),
       (SELECT last_sequence + 1 FROM account))`,
    context.now() - spans.events,
  );
}

/** One row of the log: gapless, frozen as it is now, with the id that every delivery of it carries. */
function append(
  context: AccountContext,
  type: WebhookEvent["type"],
  data: WebhookEvent["data"],
  edit: string,
): { event: string; payload: string } {
  const [next] = context.storage.exec<{ last_sequence: number }>(
    "UPDATE account SET last_sequence = last_sequence + 1 RETURNING last_sequence",
  );
  const sequence = next?.last_sequence ?? 0;
  const timestamp = instant(context.now());
  const payload = frozenPayload({ type, timestamp, sequence, data } as WebhookEvent);
  const event = context.newId("evt");
  context.storage.exec(
    "INSERT INTO events (sequence, id, type, edit, payload, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    sequence,
    event,
    type,
    edit,
    payload,
    context.now(),
  );
  context.appended(sequence);
  return { event, payload };
}
