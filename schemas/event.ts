import { z } from "@hono/zod-openapi";
import { Account } from "./account.ts";
import { WebhookEvent } from "./webhook-event.ts";

/** What happens to an account itself. */
export const AccountEventType = z.enum(["balance.low", "account.suspended", "account.resumed"]);
export type AccountEventType = z.infer<typeof AccountEventType>;

/** An event of the account: `data` is the account as it was then. */
export const AccountEvent = z
  .object({
    type: AccountEventType,
    timestamp: z.iso.datetime(),
    sequence: z.int(),
    data: Account,
  })
  .openapi("AccountEvent");
export type AccountEvent = z.infer<typeof AccountEvent>;

/** One entry of the event log. */
export const LoggedEvent = z.union([WebhookEvent, AccountEvent]).openapi("LoggedEvent");
export type LoggedEvent = z.infer<typeof LoggedEvent>;

/** A part of the event log, oldest first. */
export const EventList = z
  .object({
    object: z.literal("list"),
    data: z.array(LoggedEvent),
    has_more: z.boolean(),
    next: z.int().openapi({ description: "Send it as `after` to read on, now or later." }),
  })
  .openapi("EventList");
export type EventList = z.infer<typeof EventList>;
