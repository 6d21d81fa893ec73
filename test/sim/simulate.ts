import { faultKinds, type FaultKind } from "./faults.ts";
import { stuck } from "./liveness.ts";
import { monthLater } from "./month.ts";
import { traced } from "./trace.ts";
import { World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Requests that were on their way when the last customer came, slow uploads among them, are in after this. */
const receiveWithin = 40 * minute;

/** Once faults have stopped, the last net, a visit a day, finds every edit within this. */
const endWithin = 26 * hour;

/** The whole schedule of a webhook takes 83 hours at most, and receivers may push it further away. */
const deliverWithin = 9 * 24 * hour;

/** A slot comes back right after its edit ends, long before its lease of 15 minutes would give it back. */
const releaseWithin = 10 * minute;

/** One of so many worlds lives on for a month; seeds follow each other, so that every longer run has some. */
const worldsToAMonth = 4;

/** One world to simulate. */
export interface Scenario {
  readonly seed: number;
  readonly edits: number;
  readonly kinds?: readonly FaultKind[];
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly violation: string | null;
  readonly edits: number;
  readonly steps: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Edits by how they ended, and other things that are worth having happened. */
  readonly seen: Readonly<Record<string, number>>;
  /** The last lines of the trace. */
  readonly trace: readonly string[];
}

/** Runs one world from its first edit to the last delivery. The same scenario runs the same way, always. */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const world = new World(scenario.seed, scenario.kinds ?? faultKinds);
  await traced(
    (line) => world.trace(line),
    () => live(world, scenario.edits, scenario.seed % worldsToAMonth === 0),
  );
  const days = [...world.accounts.values()].flatMap(({ storage }) =>
    storage.exec("SELECT id FROM ledger_days"),
  );
  const seen: Record<string, number> = {
    dead_lettered: world.queue.dead,
    closed_days: days.length,
  };
  for (const { ended } of world.witness.edits.values()) {
    const status = ended ?? "unfinished";
    seen[status] = (seen[status] ?? 0) + 1;
  }
  return {
    scenario,
    violation: world.violation,
    edits: world.witness.edits.size,
    steps: world.clock.steps,
    faults: world.faults.counts,
    seen,
    trace: world.violation === null ? [] : world.lines.last(120),
  };
}

async function live(world: World, edits: number, ages: boolean): Promise<void> {
  for (const name of ["1", "2", "3"]) await world.open(name);
  for (const customer of world.customers) customer.topUp(1_000_000, "welcome");
  world.directory.startCron();
  await arrivals(world, edits);
  if (world.violation !== null) return;

  world.faults.active = false;
  for (const actor of [...world.accounts.values(), world.pool]) actor.calm();
  const { clock, witness } = world;
  await clock.run(world.step, clock.now + receiveWithin);
  const open = () => [...witness.accounts.values()].some((account) => account.open.size > 0);
  await clock.run(() => world.step() || !open(), clock.now + endWithin);
  world.require("edits that are not over", open() ? stuck.edits(world) : []);

  await clock.run(
    () => world.step() || (clock.steps % 50 === 0 && !stuck.delivering(world)),
    clock.now + deliverWithin,
  );
  world.require("deliveries that are not over", stuck.deliveries(world));
  world.require("events that nobody was told", stuck.events(world));
  if (world.violation === null) await quietDay(world);
  if (world.violation === null) await silentHour(world);
  if (world.violation === null && ages) await monthLater(world);
  world.audit();
}

/** Customers come and go until so many edits were accepted. */
async function arrivals(world: World, edits: number): Promise<void> {
  const { clock, faults, random, witness } = world;
  let arrived = 0;
  let closed = false;
  const arrive = () => {
    if (closed) return;
    arrived += 1;
    if (faults.strikes("deploy")) {
      for (const actor of [...world.accounts.values(), world.pool]) actor.evict();
    }
    // The first account is the busy one.
    const customer = random.chance(0.5) ? world.customers[0] : random.pick(world.customers);
    for (let burst = random.chance(0.002) ? 40 : 1; burst > 0; burst--) customer?.wish();
    if (random.chance(0.04)) {
      customer?.topUp(200_000 + 100_000 * random.below(6), `payment-${random.below(arrived)}`);
    }
    const rest = random.chance(0.002) ? random.between(1, 30) * hour : 0;
    clock.after(-Math.log(1 - random.next()) * 3_000 + rest, arrive);
  };
  arrive();
  const enough = () => witness.edits.size >= edits || arrived > 4 * edits + 100;
  await clock.run(() => world.step() || enough(), Infinity);
  closed = true;
}

/** With no fault about, a few more edits, some of them cancelled: every slot has to come back at once. */
async function quietDay(world: World): Promise<void> {
  const { clock, random } = world;
  for (const customer of world.customers) customer.topUp(1_000_000, "farewell");
  await clock.run(world.step, clock.now + minute);
  for (let edits = 0; edits < 9; edits++) random.pick(world.customers).wish();
  for (let round = 0; round < 3; round++) {
    await clock.run(world.step, clock.now + 500);
    for (const [id, { actor, open }] of world.witness.accounts) {
      const [edit] = open;
      const customer = world.customers[[...world.accounts.keys()].indexOf(id)];
      if (edit !== undefined && actor.id === id) customer?.regret(edit, "cancel");
    }
  }
  await clock.run(world.step, clock.now + releaseWithin);
  world.require("slots that were not given back", world.pool.taken());
  world.require("edits that are not over on a quiet day", stuck.edits(world));
}

/** With no alarm and nothing done straight after the commit, the queue and the cron have to find what is due. */
async function silentHour(world: World): Promise<void> {
  const { clock, random } = world;
  world.silent = true;
  for (let edits = 0; edits < 6; edits++) random.pick(world.customers).wish();
  await clock.run(world.step, clock.now + hour);
  world.require("edits that no net has caught", stuck.edits(world));
}
