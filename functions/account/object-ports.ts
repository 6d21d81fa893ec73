import { raise, watched } from "../alerts.ts";
import { setWake } from "../directory/accounts.ts";
import { readConfiguration } from "../env.ts";
import { newId } from "../keys/ids.ts";
import { log } from "../log.ts";
import { sendWork } from "../services.ts";
import type { AccountContext } from "./context.ts";
import type { AccountPorts } from "./core.ts";
import { durableStorage } from "./durable-storage.ts";
import { signedLinks } from "./links.ts";
import type { StreamHub } from "./stream-hub.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** What an account's core is given in a Durable Object: workerd behind every port. */
export function portsOf(
  state: DurableObjectState,
  env: Env,
  streams: StreamHub,
  waiting: WaitingRoom,
): AccountPorts {
  const { storage } = state;
  return {
    storage: durableStorage(storage),
    context: (account) =>
      contextOf(account, env, storage, (sequence) => streams.appended(sequence)),
    background: (work) => state.waitUntil(work),
    ended: (edit) => waiting.call(edit),
    moved: (edit, live) => streams.moved(edit, live),
    nets: {
      setAlarm: (at) => storage.setAlarm(at),
      deleteAlarm: () => storage.deleteAlarm(),
      remind: (account, delaySeconds) =>
        sendWork(env.WORK, { v: 1, type: "wake", account }, delaySeconds),
      record: (account, at) =>
        watched("directory.failed", { account }, () => setWake(env.DIRECTORY, account, at)),
    },
  };
}

/** The context of an account: workerd's clock, ids and SQLite, and the deployment's settings. */
function contextOf(
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
