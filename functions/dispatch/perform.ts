import type { WorkMessage } from "../../schemas/work-message.ts";
import { deliver } from "../deliver/deliver.ts";
import { putAway } from "../reports/put-away.ts";
import { recount, report } from "../reports/report.ts";
import { giveUpParts, purge } from "../images/purge.ts";
import { describeError, log } from "../log.ts";
import { copyOutputs } from "./copy-outputs.ts";
import { dispatch } from "./dispatch.ts";
import type { Services } from "./ports.ts";
import { reconcile } from "./reconcile.ts";

/** Does one piece of work; repeating it is harmless. Returns what has to follow. */
async function performOne(
  services: Services,
  message: WorkMessage,
): Promise<readonly WorkMessage[]> {
  const { account } = message;
  switch (message.type) {
    case "dispatch":
      return dispatch(services, account, message.edit, message.attempt);
    case "cancel":
      await services.provider.cancel(message.prediction);
      return [];
    case "release": {
      const next = await services.pool.release(message.edit, message.attempt);
      return next.map((candidate) => ({ v: 1, type: "dispatch", ...candidate }));
    }
    case "reconcile":
      return reconcile(services, account, message.edit, message.attempt);
    case "copy":
      return copyOutputs(services, account, message);
    case "deliver":
      await deliver(services, account, message.delivery);
      return [];
    case "purge":
      for (const { key, id } of message.multiparts ?? []) {
        await giveUpParts(services.bucket, key, id);
      }
      for (const prefix of message.prefixes) await purge(services.bucket, prefix);
      return [];
    case "archive":
      await putAway(services, account, message.batch);
      return [];
    case "report":
      await report(services, account);
      return [];
    case "recount":
      await recount(services, account);
      return [];
    case "wake":
      return services.account(account).wake();
    default:
      return message satisfies never;
  }
}

/** Does a piece of work; what follows from it goes to the queue. Throws what the work throws. */
export async function perform(services: Services, message: WorkMessage): Promise<void> {
  for (const next of await performOne(services, message)) await services.send(next);
}

/**
 * Does work straight after the commit that caused it, and what follows from that, without a queue in between. What
 * fails goes to the queue instead; what is lost with this process comes due again in the account.
 */
export async function performNow(
  services: Services,
  messages: readonly WorkMessage[],
): Promise<void> {
  const work = messages.map(async (message) => {
    try {
      await performNow(services, await performOne(services, message));
    } catch (error) {
      log("warn", "work.postponed", {
        type: message.type,
        account: message.account,
        reason: describeError(error),
      });
      await services.send(message, 1);
    }
  });
  await Promise.all(work);
}
