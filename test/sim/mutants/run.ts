import { mutants } from "./catalogue.ts";
import { kill } from "./kill.ts";

/** Every mutant has to be found within so many edits. */
const within = 20_000;

/** Runs every mutant and prints a table; returns the exit code. */
export function runMutants(seed: number, only: string | undefined): number {
  let failed = 0;
  const chosen = mutants.filter(({ name }) => only === undefined || name.includes(only));
  for (const mutant of chosen) {
    const { violation, edits, seconds } = kill(mutant, { edits: within, seed });
    if (violation === null) failed += 1;
    const mark = violation === null ? "✗ survived" : "✓ killed";
    process.stdout.write(
      `${mark} after ${String(edits).padStart(5)} edits, ${seconds.toFixed(1).padStart(5)} s  ${mutant.name}: ${(violation ?? "").slice(0, 120)}\n`,
    );
  }
  process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
