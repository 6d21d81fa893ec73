import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { faultKinds, type FaultKind } from "./faults.ts";
import { simulate, type Outcome } from "./simulate.ts";

/** Edits of one world; more are simulated one world after the other, with the seeds that follow. */
export const worldSize = 1_000;

export interface Totals {
  edits: number;
  steps: number;
  worlds: number;
  readonly faults: Map<FaultKind, number>;
  readonly seen: Record<string, number>;
  readonly failure: Outcome | null;
}

/** Simulates so many edits from a seed on, world by world, until one breaks a promise. */
export async function simulateMany(
  from: { readonly seed: number; readonly edits: number; readonly kinds?: readonly FaultKind[] },
  progress: (totals: Totals) => void = () => undefined,
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
    progress(totals);
  }
  return totals;
}

/** The command line of `npm run sim`; returns the exit code. */
export async function runSimulation(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      edits: { type: "string", default: "10000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 32)) },
      only: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  const kinds = values.only?.split(",").filter((kind) => kind !== "none") as
    | FaultKind[]
    | undefined;
  print(`seed ${seed}`);
  const began = performance.now();
  const totals = await simulateMany(
    { seed, edits: Number(values.edits), ...(kinds === undefined ? {} : { kinds }) },
    ({ edits, worlds }) => {
      if (worlds % 25 === 0) print(`${edits} edits`);
    },
  );
  const seconds = (performance.now() - began) / 1_000;
  print(
    `${totals.edits} edits in ${totals.worlds} worlds, ${totals.steps} steps, ${seconds.toFixed(1)} s: ${Math.round(totals.edits / seconds)} edits/s`,
  );
  print(`ended: ${JSON.stringify(totals.seen)}`);
  print("faults:");
  for (const [kind, count] of totals.faults) print(`  ${kind.padEnd(26)} ${count}`);
  if (totals.failure === null) {
    print("0 violations");
    return 0;
  }
  const { scenario, violation, trace, steps } = totals.failure;
  for (const line of trace) print(`  ${line}`);
  print(`violation at step ${steps}: ${violation}`);
  print(
    `commit ${commit()}; again with: npm run sim -- --edits ${scenario.edits} --seed ${scenario.seed}`,
  );
  return 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
