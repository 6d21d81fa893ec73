import { createApp } from "./api/app.ts";
import { wakeDueAccounts } from "./directory/wake-due.ts";
import { consume } from "./dispatch/consume.ts";
import { docsRoutes } from "./docs/routes.ts";
import { servicesOf } from "./services.ts";

export { AccountObject } from "./account/object.ts";
export { PoolObject } from "./dispatch/pool-object.ts";

const app = createApp();
docsRoutes(app);

/** Where messages end that could not be worked off. */
const deadQueue = "inlay-dead";

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    const services = servicesOf(env);
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
    await wakeDueAccounts(env.DIRECTORY, servicesOf(env));
  },
} satisfies ExportedHandler<Env>;
