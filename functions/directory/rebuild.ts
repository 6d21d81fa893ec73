import type { Rebuilt } from "../../schemas/directory.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { accountMarksPrefix } from "../images/object-keys.ts";
import { addAccounts } from "./accounts.ts";

/** Marks looked at in one go. */
const page = 500;

/** Messages that a queue takes at once. */
const messages = 100;

/**
 * Rebuilds a part of the directory: every account that has a mark gets its row, and every living one is asked to tell its
 * status, its next wake and its usage again, through the queue. What the directory holds already stays.
 */
export async function rebuildPage(
  env: { readonly BUCKET: R2Bucket; readonly DIRECTORY: D1Database; readonly WORK: Queue },
  cursor: string | null,
): Promise<Rebuilt> {
  const marks = await env.BUCKET.list({
    prefix: accountMarksPrefix,
    limit: page,
    include: ["customMetadata"],
    ...(cursor === null ? {} : { cursor }),
  });
  const accounts = marks.objects.map((mark) => ({
    id: mark.key.slice(accountMarksPrefix.length),
    createdAt: mark.uploaded.getTime(),
    status: mark.customMetadata?.["status"] === "deleted" ? "deleted" : "active",
  }));
  await addAccounts(env.DIRECTORY, accounts);
  const living = accounts.filter(({ status }) => status === "active");
  for (let first = 0; first < living.length; first += messages) {
    await env.WORK.sendBatch(
      living.slice(first, first + messages).map(({ id }) => ({
        body: { v: 1, type: "recount", account: id } satisfies WorkMessage,
      })),
    );
  }
  return { accounts: accounts.length, next: marks.truncated ? marks.cursor : null };
}
