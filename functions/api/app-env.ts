import type { Context } from "hono";
import type { Credential } from "../account/credential.ts";
import type { AccountObject } from "../account/object.ts";

/** Who sent a request: an account, and the credential that it was sent with. */
interface Caller {
  readonly id: string;
  /** The API key, as `presented-key.ts` has it; of a client token there is none, and no key has an empty hash. */
  readonly keyHash: string;
  /** The same, or what the client token says, for the routes that take one. */
  readonly credential: Credential;
  readonly account: DurableObjectStub<AccountObject>;
}

/** What handlers find in their context. */
export interface AppEnv {
  Bindings: Env;
  Variables: { requestId: string; caller: Caller; edit: string; secureHeadersNonce?: string };
}

export type AppContext = Context<AppEnv>;
