import { auditClosed } from "./closed-days.ts";
import type { World } from "./world.ts";

const day = 24 * 3_600_000;

/** Edits are archived 31 days after their end, and their days close two days after that. */
const closedWithin = 34 * day;

/** Once faults have stopped, what was lost is done within this. */
const caughtUpWithin = 2 * day;

/**
 * A month on, under faults, edits leave for the archive and the days of the ledger are closed. Then everything that was
 * ever granted is asked for again, and a few more edits come: the money is what it was.
 */
export async function monthLater(world: World): Promise<void> {
  const { clock, faults, random, witness } = world;
  const began = clock.now;
  world.silent = false;
  faults.active = true;
  // A later day has to begin in each account before the last one closes; a clock may be ten minutes behind.
  await clock.run(world.step, began + 2 * day);
  for (const customer of world.customers) customer.topUp(1_000_000, "month");
  await clock.run(world.step, began + closedWithin);
  faults.active = false;
  for (const actor of [...world.accounts.values(), world.pool]) actor.calm();

  const [customers, records] = [world.customers, [...witness.accounts.values()]];
  for (const [index, customer] of customers.entries()) {
    for (const [externalId, amount] of records[index]?.grants ?? []) {
      customer.topUp(amount, externalId);
    }
  }
  for (let edits = 0; edits < 6; edits++) random.pick(customers).wish();
  await clock.run(world.step, clock.now + caughtUpWithin);

  const left = (rows: string) =>
    records.flatMap(({ actor }) =>
      actor.storage
        .exec<{ id: string }>(`SELECT id FROM ${rows} AND created_at < ?`, began)
        .map(({ id }) => `${actor.id} ${id}`),
    );
  world.require("edits that were not archived", left("edits WHERE true"));
  world.require("entries that were not closed", left("ledger WHERE external_id IS NULL"));
  for (const record of records) world.require("wrong", auditClosed(record, world.bucket));
}
