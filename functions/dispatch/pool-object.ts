import { DurableObject } from "cloudflare:workers";
import { durableStorage } from "../account/durable-storage.ts";
import { readConfiguration } from "../env.ts";
import { Pool, type Candidate, type Slot } from "./pool.ts";

/** Replicate allows this many creates a minute; a few are left for other users of the same token. */
const replicateCreates = 570;

/** The pool of one provider, as a Durable Object: one for each provider of the deployment. */
export class PoolObject extends DurableObject<Env> {
  #pool: Pool;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { PROVIDER, POOL_SLOTS } = readConfiguration(env);
    this.#pool = new Pool(durableStorage(state.storage), {
      slots: POOL_SLOTS,
      perMinute: PROVIDER === "replicate" ? replicateCreates : null,
    });
  }

  acquire(candidate: Candidate): Slot {
    return this.#pool.acquire(candidate, Date.now());
  }

  release(edit: string, attempt?: number): Candidate[] {
    return this.#pool.release(edit, attempt, Date.now());
  }
}
