import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { faultKinds, type FaultKind } from "./faults.ts";
import { runMutants } from "./mutants/run.ts";
import { shrink } from "./shrink.ts";
import { simulate, type Outcome } from "./simulate.ts";

/** Edits of one world; more are simulated one world after the other, with the seeds that follow. */
const worldSize = 1_000;

/** How long a smaller reproduction is looked for, in milliseconds. */
const shrinkFor = 60_000;

interface Totals {
  edits: number;
  steps: number;
  worlds: number;
  readonly faults: Map<FaultKind, number>;
  readonly seen: Record<string, number>;
  readonly failure: Outcome | null;
}

/** Simulates so many edits from a seed on, world by world, until one breaks a promise or it is enough. */
export async function simulateMany(
  from: { readonly seed: number; readonly edits: number; readonly kinds?: readonly FaultKind[] },
  enough: (totals: Totals) => boolean = () => false,
): Promise<Totals> {
  const totals: Totals = {
    edits: 0,
    steps: 0,
    worlds: 0,
    faults: new Map(faultKinds.map((kind) => [kind, 0])),
    seen: {},
    failure: null,
  };
  while (totals.edits < from.edits) {
    const seed = from.seed + totals.worlds;
    const edits = Math.min(worldSize, from.edits - totals.edits);
    const outcome = await simulate({ ...from, seed, edits });
    totals.edits += outcome.edits;
    totals.steps += outcome.steps;
    totals.worlds += 1;
    for (const [kind, count] of outcome.faults) {
      totals.faults.set(kind, (totals.faults.get(kind) ?? 0) + count);
    }
    for (const [name, count] of Object.entries(outcome.seen)) {
      totals.seen[name] = (totals.seen[name] ?? 0) + count;
    }
    if (outcome.violation !== null) return { ...totals, failure: outcome };
    if (enough(totals)) break;
  }
  return totals;
}

/** The command line of `npm run sim`; returns the exit code. */
export async function runSimulation(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      edits: { type: "string", default: "10000" },
      seed: { type: "string", default: String(freshSeed()) },
      only: { type: "string" },
      minutes: { type: "string", default: "Infinity" },
      mutants: { type: "boolean", default: false },
      "as-it-is": { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  print(`seed ${seed}, commit ${commit()}`);
  if (values.mutants) return runMutants(seed, values.only);
  const kinds = values.only?.split(",").filter((kind) => kind !== "none") as
    | FaultKind[]
    | undefined;
  const began = performance.now();
  const totals = await simulateMany(
    { seed, edits: Number(values.edits), ...(kinds === undefined ? {} : { kinds }) },
    ({ edits, worlds }) => {
      if (worlds % 10 === 0) print(`${edits} edits`);
      return performance.now() - began > Number(values.minutes) * 60_000;
    },
  );
  const seconds = (performance.now() - began) / 1_000;
  print(describeTotals(totals, seconds));
  if (totals.failure === null) return 0;
  const failure = values["as-it-is"] ? totals.failure : await shrink(totals.failure, shrinkFor);
  print(describeFailure(failure));
  return 1;
}

/** A seed for who names none. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

function describeTotals(totals: Totals, seconds: number): string {
  const rate = Math.round(totals.edits / seconds);
  return [
    `${totals.edits} edits in ${totals.worlds} worlds, ${totals.steps} steps, ${seconds.toFixed(1)} s: ${rate} edits/s`,
    `ended: ${JSON.stringify(totals.seen)}`,
    "faults:",
    ...[...totals.faults].map(([kind, count]) => `  ${kind.padEnd(26)} ${count}`),
    `${totals.failure === null ? 0 : 1} violations`,
  ].join("\n");
}

/** What happened last, what it broke, and how to see it again. */
export function describeFailure({ scenario, violation, trace, steps }: Outcome): string {
  const { edits, seed, kinds } = scenario;
  const only = kinds === undefined ? "" : ` --only ${kinds.join(",") || "none"}`;
  return [
    ...trace.map((line) => `  ${line}`),
    `violation at step ${steps}: ${violation}`,
    `commit ${commit()}; again with: npm run sim -- --edits ${edits} --seed ${seed}${only}`,
  ].join("\n");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function commit(): string {
  const { status, stdout } = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}
