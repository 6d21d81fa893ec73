import { WorkMessage } from "../schemas/work-message.ts";
import { createApp } from "./api/app.ts";
import { takeDueAccounts } from "./directory/accounts.ts";
import { perform } from "./dispatch/perform.ts";
import { describeError, log } from "./log.ts";
import { servicesOf } from "./services.ts";

export { AccountObject } from "./account/object.ts";
export { PoolObject } from "./dispatch/pool-object.ts";

const app = createApp();

/** Where messages end that could not be worked off. */
const deadQueue = "inlay-dead";

/** The most accounts that one run of the cron wakes; the next run goes on. */
const accountsPerRun = 100;

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    const services = servicesOf(env);
    // At the same time: a webhook whose receiver is slow holds up nothing else of its batch.
    const work = batch.messages.map(async (message) => {
      const parsed = WorkMessage.safeParse(message.body);
      if (!parsed.success) {
        log("error", "work.unreadable", { queue: batch.queue });
        message.ack();
        return;
      }
      const { type, account } = parsed.data;
      if (batch.queue.startsWith(deadQueue)) {
        // Whatever it was for is still due in the account, which looks again.
        log("error", "work.dead", { type, account });
      }
      try {
        await perform(
          services,
          batch.queue.startsWith(deadQueue) ? { v: 1, type: "wake", account } : parsed.data,
        );
        message.ack();
      } catch (error) {
        log("warn", "work.failed", { type, account, reason: describeError(error) });
        message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) });
      }
    });
    await Promise.all(work);
  },

  async scheduled(_event, env) {
    const services = servicesOf(env);
    const due = await takeDueAccounts(env.DIRECTORY, Date.now(), accountsPerRun);
    for (const account of due) await services.send({ v: 1, type: "wake", account });
    log("info", "cron.ran", { accounts: due.length });
  },
} satisfies ExportedHandler<Env>;
