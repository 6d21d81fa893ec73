import type { WorkMessage } from "../schemas/work-message.ts";
import type { AccountObject } from "./account/object.ts";
import { watched } from "./alerts.ts";
import { setStatus } from "./directory/accounts.ts";
import { recordUsage } from "./directory/usage.ts";
import type { Services } from "./dispatch/ports.ts";
import { cogProvider } from "./dispatch/providers/cog.ts";
import type { Provider } from "./dispatch/providers/provider.ts";
import { replicateProvider } from "./dispatch/providers/replicate.ts";
import { readConfiguration, type Configuration } from "./env.ts";
import { regionOf } from "./keys/account-id.ts";
import { lastingStub } from "./lasting-stub.ts";
import { dnsOverHttps, type Resolve } from "./network/resolver.ts";

/** A public resolver that answers in JSON. */
const resolverUrl = "https://cloudflare-dns.com/dns-query";

/** A stub of an account's object, which is placed in the account's region when it is first addressed. */
export function accountStub(
  namespace: DurableObjectNamespace<AccountObject>,
  id: string,
): DurableObjectStub<AccountObject> {
  return namespace.get(namespace.idFromName(id), { locationHint: regionOf(id) });
}

/** An account's object as the edge holds it, for as long as an event takes. */
export function accountObject(
  namespace: DurableObjectNamespace<AccountObject>,
  id: string,
): DurableObjectStub<AccountObject> {
  return lastingStub(() => accountStub(namespace, id));
}

/** Everything that work is done with, from the Worker's bindings. */
export function servicesOf(env: Env): Services {
  const configuration = readConfiguration(env);
  return {
    account: (id) => accountObject(env.ACCOUNT, id),
    pool: lastingStub(() => env.POOL.get(env.POOL.idFromName(configuration.PROVIDER))),
    provider: providerOf(configuration),
    bucket: env.BUCKET,
    directory: {
      recordUsage: (account, days) =>
        watched("directory.failed", { account }, () => recordUsage(env.DIRECTORY, account, days)),
      setStatus: (account, status) =>
        watched("directory.failed", { account }, () => setStatus(env.DIRECTORY, account, status)),
    },
    keyring: configuration.SIGNING_KEYS,
    certificates: configuration.C2PA_CERTIFICATES,
    callbackOrigin: configuration.CALLBACK_URL.replace(/\/$/, ""),
    allowLoopback: configuration.LOCAL_LOOPBACK === "true",
    send: (message, delaySeconds = 0) => sendWork(env.WORK, message, delaySeconds),
    fetch: (input, init) => fetch(input, init),
    deadline: (ms) => AbortSignal.timeout(ms),
    resolve: publicResolver(),
    now: Date.now,
    random: Math.random,
  };
}

/** Brings a message to the queue, in so many seconds. */
export async function sendWork(
  queue: Queue,
  message: WorkMessage,
  delaySeconds = 0,
): Promise<void> {
  const { type, account } = message;
  await watched("queue.failed", { type, account }, () => queue.send(message, { delaySeconds }));
}

/** Finds addresses by DNS over HTTPS: a Worker cannot ask its own network. */
export function publicResolver(): Resolve {
  const resolve = dnsOverHttps({ url: resolverUrl, fetch: (input, init) => fetch(input, init) });
  return (name) => watched("resolver.failed", {}, () => resolve(name));
}

function providerOf(configuration: Configuration): Provider {
  const call: typeof fetch = (input, init) => fetch(input, init);
  if (configuration.PROVIDER === "cog") {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const { COG_URL: url, COG_CALLBACK_TOKEN: token } = configuration;
    return cogProvider({ url, token, fetch: call, sleep });
  }
  return replicateProvider({
    token: configuration.REPLICATE_API_TOKEN,
    model: configuration.REPLICATE_MODEL,
    url: configuration.REPLICATE_URL,
    fetch: call,
  });
}
