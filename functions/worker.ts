import { raise, watched } from "./alerts.ts";
import { createApp } from "./api/app.ts";
import { wakeDueAccounts } from "./directory/wake-due.ts";
import { consume } from "./dispatch/consume.ts";
import type { Services } from "./dispatch/ports.ts";
import { docsRoutes } from "./docs/routes.ts";
import { describeError } from "./log.ts";
import { playgroundRoutes } from "./playground/routes.ts";
import { servicesOf } from "./services.ts";

export { AccountObject } from "./account/object.ts";
export { PoolObject } from "./dispatch/pool-object.ts";

const app = createApp();
docsRoutes(app);
playgroundRoutes(app);

/** Where messages end that could not be worked off. */
const deadQueue = "inlay-dead";

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    const services = configured(env);
    const dead = batch.queue.startsWith(deadQueue);
    // At the same time: a webhook whose receiver is slow holds up nothing else of its batch.
    const work = batch.messages.map(async (message) => {
      const verdict = await consume(services, message.body, { dead, attempts: message.attempts });
      if (verdict === "ack") message.ack();
      else message.retry(verdict);
    });
    await Promise.all(work);
  },

  async scheduled(_event, env) {
    const services = configured(env);
    await watched("cron.failed", {}, () => wakeDueAccounts(env.DIRECTORY, services));
  },
} satisfies ExportedHandler<Env>;

/** The services of an event that nobody waits for; one that cannot have any is told of all the same. */
function configured(env: Env): Services {
  try {
    return servicesOf(env);
  } catch (error) {
    raise("configuration.invalid", { reason: describeError(error) });
    throw error;
  }
}
