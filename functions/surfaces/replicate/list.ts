import { z } from "@hono/zod-openapi";
import type { EditRecords } from "../../account/answers.ts";
import type { AppContext } from "../../api/app-env.ts";
import { parsed } from "../../api/edits/intake.ts";
import { originOf } from "../../api/origin.ts";
import { unwrap } from "../../errors/problem-error.ts";
import type { Refusal } from "../../errors/refusal.ts";
import type { Result } from "../../result.ts";
import { newId } from "../../keys/ids.ts";
import { toPrediction } from "./prediction.ts";

/** How many of anything are on a page. */
export const pageSize = 100;

const Query = z.object({
  cursor: z
    .string()
    .regex(/^edit_\w{1,40}$/)
    .optional(),
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
});

/** A page of the account's edits as predictions, newest first. `previous` is always null: pages lead one way. */
export async function listPredictions(c: AppContext): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  const query = parsed(Query, c.req.query());
  const until = query.created_before === undefined ? undefined : idAt(query.created_before);
  const before = [query.cursor, until].filter((id) => id !== undefined).toSorted()[0];
  const listed = await account.records(keyHash, { limit: pageSize, before });
  const page = unwrap(listed as Result<EditRecords, Refusal>);
  const after = query.created_after === undefined ? "" : idAt(query.created_after);
  const wanted = page.data.filter(({ edit }) => edit.id >= after);
  const more = page.next !== null && wanted.length === page.data.length;
  return c.json({
    previous: null,
    next: more ? nextPage(c, page.next ?? "", query) : null,
    results: wanted.map(toPrediction),
  });
}

/** The lowest id of an edit made at this instant: ids sort by time. */
function idAt(instant: string): string {
  return newId("edit", Math.max(0, Date.parse(instant)), (zeros) => zeros);
}

function nextPage(c: AppContext, cursor: string, query: z.infer<typeof Query>): string {
  const { created_after, created_before } = query;
  const parameters = new URLSearchParams({
    cursor,
    ...(created_after === undefined ? {} : { created_after }),
    ...(created_before === undefined ? {} : { created_before }),
  });
  return `${originOf(c)}/v1/predictions?${parameters.toString()}`;
}
