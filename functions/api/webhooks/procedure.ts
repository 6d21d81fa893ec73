import type { Done, WebhookProcedures } from "../../account/webhooks.ts";
import { performNow } from "../../dispatch/perform.ts";
import type { Refusal } from "../../errors/refusal.ts";
import { unwrap } from "../../errors/problem-error.ts";
import type { Result } from "../../result.ts";
import { servicesOf } from "../../services.ts";
import type { AppContext } from "../app-env.ts";

/** Has the caller's account carry out a procedure; what follows from it is done after the answer. */
export async function carryOut<Name extends keyof WebhookProcedures>(
  c: AppContext,
  name: Name,
  input: WebhookProcedures[Name][0],
): Promise<WebhookProcedures[Name][1]> {
  const { account, keyHash } = c.var.caller;
  // The stub's type knows the union of all procedures' answers only.
  const done = (await account.webhooks(keyHash, name, input)) as Result<
    Done<WebhookProcedures[Name][1]>,
    Refusal
  >;
  const { value, messages } = unwrap(done);
  c.executionCtx.waitUntil(performNow(servicesOf(c.env), messages));
  return value;
}
