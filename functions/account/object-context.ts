import { raise } from "../alerts.ts";
import { readConfiguration } from "../env.ts";
import { newId } from "../keys/ids.ts";
import { log } from "../log.ts";
import type { AccountContext } from "./context.ts";
import { durableStorage } from "./durable-storage.ts";
import { signedLinks } from "./links.ts";

/** The context of an account that lives in a Durable Object: workerd's clock, ids and SQLite, and the deployment's settings. */
export function contextOf(
  account: string,
  env: Env,
  storage: DurableObjectStorage,
  appended: AccountContext["appended"],
): AccountContext {
  const configuration = readConfiguration(env);
  return {
    account,
    storage: durableStorage(storage),
    now: Date.now,
    newId: (prefix) => newId(prefix, Date.now(), (bytes) => crypto.getRandomValues(bytes)),
    appended,
    log: (event, ids) => log("info", event, { ...ids }),
    raise: (alert, fields) => raise(alert, fields),
    links: signedLinks(account, configuration.SIGNING_KEYS),
    settings: {
      startingLease: configuration.STARTING_LEASE_SECONDS * 1000,
      processingLease: configuration.PROCESSING_LEASE_SECONDS * 1000,
      editDuration: configuration.EDIT_SECONDS * 1000,
    },
  };
}
