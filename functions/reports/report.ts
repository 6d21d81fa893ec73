import type { Services } from "../dispatch/ports.ts";

/** Brings the daily totals that have changed to the directory. */
export async function report(services: Services, id: string): Promise<void> {
  const account = services.account(id);
  const days = await account.unreportedUsage();
  await services.directory.recordUsage(id, days);
  await account.usageReported(days);
}

/** Brings everything that the directory has of an account there again; the days follow in reports of their own. */
export async function recount(services: Services, id: string): Promise<void> {
  const status = await services.account(id).recount();
  if (status !== null) await services.directory.setStatus(id, status);
}
