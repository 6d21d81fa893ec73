import type { Context } from "hono";
import type { AccountObject } from "../account/object.ts";

/** Who sent a request: an account, and the key that it was sent with, as `presented-key.ts` has it. */
interface Caller {
  readonly id: string;
  readonly keyHash: string;
  readonly account: DurableObjectStub<AccountObject>;
}

/** What handlers find in their context. */
export interface AppEnv {
  Bindings: Env;
  Variables: { requestId: string; caller: Caller; edit: string };
}

export type AppContext = Context<AppEnv>;
