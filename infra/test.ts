import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const results = join(root, "test-results");
const vitestReport = join(results, "vitest.json");
const pytestReport = join(results, "pytest.xml");

/** Numbers of tests; a suite that could not run counts as one failure. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const broken: Outcome = { passed: 0, failed: 1 };

function run(command: string, args: readonly string[], cwd: string): number {
  return spawnSync(command, args, { cwd, stdio: "inherit" }).status ?? 1;
}

/** Pure core, workerd, browser and black box. */
function vitest(): Outcome {
  const status = run(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      ...["run", "--config", "test/vitest.config.ts", "--silent=passed-only"],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    ],
    root,
  );
  try {
    const report = JSON.parse(readFileSync(vitestReport, "utf8")) as Record<string, number>;
    const passed = report["numPassedTests"] ?? 0;
    const failed = report["numFailedTests"] ?? 0;
    return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
  } catch {
    return broken;
  }
}

/** The model image, with the real coglet. */
function pytest(): Outcome {
  const modelImage = join(root, "model-image");
  const python = join(modelImage, ".venv/bin/python");
  const status = run(python, ["-m", "pytest", `--junitxml=${pytestReport}`], modelImage);
  try {
    const report = readFileSync(pytestReport, "utf8");
    const count = (name: string) =>
      Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(report)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    const passed = count("tests") - failed - count("skipped");
    return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
  } catch {
    return broken;
  }
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const outcomes = [pytest(), vitest()];
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
