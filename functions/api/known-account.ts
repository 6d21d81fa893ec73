import { z } from "@hono/zod-openapi";
import type { AccountObject } from "../account/object.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { isGenuineAccountId } from "../keys/account-id.ts";
import { accountObject } from "../services.ts";

/** The account that an operator's request is about. */
export const accountParam = z.object({ account: z.string() });

/** How operators show who they are. */
export const adminSecurity = [{ adminSecret: [] }];

/** The object of an id that this deployment minted; a made-up id addresses none. */
export function knownAccount(env: Env, id: string): DurableObjectStub<AccountObject> {
  if (!isGenuineAccountId(readConfiguration(env).ACCOUNT_ID_SECRET, id)) throw noAccount();
  return accountObject(env.ACCOUNT, id);
}

/** What is answered about an account that there is none of. */
export function noAccount(): ProblemError {
  return new ProblemError({
    code: "account_not_found",
    detail: "This deployment has no account of this id.",
  });
}
