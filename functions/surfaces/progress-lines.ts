import type { EditRecord } from "../account/answers.ts";

const barWidth = 20;

/**
 * What there is to say of an edit's run, line by line: the seed, the steps in the form that Replicate's clients read
 * (`parseProgressFromLogs`), warnings, and outputs that are withheld. Each list begins with the lines of the one before
 * it but for the line of steps, of which the latest wins.
 */
export function progressLines({ edit, parameters }: EditRecord): string[] {
  if (edit.status === "queued" || edit.status === "starting") return [];
  if (edit.started_at === null) return [];
  return [
    `Using seed: ${parameters.seed}`,
    bar(edit.progress, parameters.steps),
    ...edit.warnings.map(({ code, detail }) => `Warning ${code}: ${detail}`),
    ...edit.outputs.flatMap(({ blocked }, index) =>
      blocked === null ? [] : [`Output ${index} is withheld: ${blocked}`],
    ),
  ];
}

/** ` 50%|##########          | 10/20`. */
function bar(progress: number, steps: number): string {
  const percent = Math.floor(progress * 100);
  const filled = "#".repeat(Math.floor(progress * barWidth));
  const done = Math.floor(progress * steps);
  return `${String(percent).padStart(3)}%|${filled.padEnd(barWidth)}| ${done}/${steps}`;
}
