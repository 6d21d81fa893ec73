import type { EditRecord } from "../account/answers.ts";
import { isTerminal } from "../account/edit-machine.ts";
import type { AppContext } from "../api/app-env.ts";
import { unwrap } from "../errors/problem-error.ts";
import type { Refusal } from "../errors/refusal.ts";
import type { Result } from "../result.ts";

/** Milliseconds between two looks at an edit. */
const lookEvery = 500;

/** An edit with what it was asked. */
export async function recordOf(c: AppContext, id: string): Promise<EditRecord> {
  const { account, keyHash } = c.var.caller;
  c.set("edit", id);
  const record = await account.record(keyHash, id);
  return unwrap(record as Result<EditRecord, Refusal>);
}

/** An edit again and again, twice a second, until it has ended. */
export async function* followed(c: AppContext, id: string): AsyncGenerator<EditRecord, void> {
  const { account, keyHash } = c.var.caller;
  for (;;) {
    const record = await recordOf(c, id);
    yield record;
    if (isTerminal(record.edit.status)) return;
    unwrap(await account.awaitEdit(keyHash, id, lookEvery));
  }
}
