import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./catalogue.ts";

const root = join(import.meta.dirname, "../../..");
const needed = ["functions", "schemas", "test", "infra", "package.json"];

/** What the simulation found of a mutant: null where it survived. */
export interface Kill {
  readonly violation: string | null;
  /** Edits until then. */
  readonly edits: number;
  readonly seconds: number;
}

/**
 * Simulates a copy of the sources with the mutant's defect in it, up to the first violation.
 *
 * @throws where a patch does not apply any more: the source has moved on, and the mutant has to follow.
 */
export function kill(mutant: Mutant, run: { readonly edits: number; readonly seed: number }): Kill {
  const copy = mkdtempSync(join(tmpdir(), "inlay-mutant-"));
  try {
    for (const name of needed) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const { file, find, replace } of mutant.patches) {
      const path = join(copy, file);
      const source = readFileSync(path, "utf8");
      const places = source.split(find).length - 1;
      if (places !== 1) throw new Error(`"${mutant.name}": ${places} places in ${file} match`);
      writeFileSync(
        path,
        source.replace(find, () => replace),
      );
    }
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["infra/sim.ts", "--as-it-is", `--edits=${run.edits}`, `--seed=${run.seed}`],
      { cwd: copy, encoding: "utf8", maxBuffer: 2 ** 28 },
    );
    const seconds = (performance.now() - began) / 1_000;
    const violation = /^violation at step \d+: (.*)$/m.exec(stdout)?.[1] ?? null;
    if ((status === 0) !== (violation === null)) throw new Error(`"${mutant.name}": ${stderr}`);
    return { violation, edits: Number(/^(\d+) edits in/m.exec(stdout)?.[1]), seconds };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
