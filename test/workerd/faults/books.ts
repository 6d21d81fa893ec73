import type { Account, Ledger, LedgerEntry } from "../../../schemas/account.ts";
import type { Edit, EditList } from "../../../schemas/edit.ts";
import type { EventList, WebhookEvent } from "../../../schemas/webhook-event.ts";
import type { z } from "@hono/zod-openapi";
import * as api from "../harness/api.ts";
import type { Shop } from "./shop.ts";

/** What a shop sees of its account at the end, over HTTP. */
export interface Books {
  readonly balance: Account["balance"];
  readonly edits: readonly Edit[];
  /** Oldest first. */
  readonly ledger: readonly LedgerEntry[];
  /** Oldest first. */
  readonly events: readonly WebhookEvent[];
}

/** Reads everything that a shop may know. */
export async function readBooks({ key }: Shop): Promise<Books> {
  const read = async <Page>(path: string) =>
    (await api.send("GET", path, { token: key })).json<Page>();
  const { balance } = await read<Account>("/v1/account");
  const back = async <One>(path: string) => {
    const found: One[] = [];
    for (let before = ""; ;) {
      const page = await read<z.infer<typeof EditList | typeof Ledger>>(
        `${path}?limit=100${before}`,
      );
      found.push(...(page.data as One[]));
      if (page.next === null) return found;
      before = `&before=${page.next}`;
    }
  };
  const edits = await back<Edit>("/v1/edits");
  const ledger = (await back<LedgerEntry>("/v1/account/ledger")).toReversed();
  const events: WebhookEvent[] = [];
  for (let after = 0, more = true; more;) {
    const page = await read<EventList>(`/v1/events?limit=100&after=${after}`);
    events.push(...page.data);
    after = page.next;
    more = page.has_more;
  }
  return { balance, edits, ledger, events };
}
