import { raise } from "../alerts.ts";
import type { Services } from "../dispatch/ports.ts";
import { log } from "../log.ts";
import { takeDueAccounts } from "./accounts.ts";

/** The most accounts that one run of the cron wakes; the next run goes on. */
const accountsPerRun = 100;

/** The cron's run: has the queue wake every account that is due. Whom a failure leaves out is due again in a minute. */
export async function wakeDueAccounts(db: D1Database, services: Services): Promise<void> {
  const due = await takeDueAccounts(db, services.now(), accountsPerRun);
  for (const account of due) await services.send({ v: 1, type: "wake", account });
  if (due.length === accountsPerRun) raise("cron.behind", { accounts: due.length });
  log("info", "cron.ran", { accounts: due.length });
}
