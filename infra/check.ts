import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { generatedFiles } from "./generate.ts";

const root = join(import.meta.dirname, "..");
const modelImage = join(root, "model-image");
const python = join(modelImage, ".venv/bin/python");
const pythonSources = [".", "../test/model-image", "../test/blackbox"];
const longestFile = 350;

/** Something that has to be so; returns what is wrong, or null. */
type Check = () => string | null;

function command(name: string, args: readonly string[], cwd = root): Check {
  return () => {
    const result = spawnSync(name, args, { cwd, encoding: "utf8" });
    if (result.error !== undefined) return result.error.message;
    return result.status === 0 ? null : `${result.stdout}${result.stderr}`;
  };
}

const packaged = (path: string, args: readonly string[]) =>
  command(process.execPath, [join(root, "node_modules", path), ...args]);

function generatedFresh(): string | null {
  const stale = Object.entries(generatedFiles()).filter(
    ([path, text]) => readFileSync(join(root, path), "utf8") !== text,
  );
  if (stale.length === 0) return null;
  return `${stale.map(([path]) => path).join(", ")}: stale. Run npm run generate.`;
}

function pythonFilesShort(): string | null {
  const long = pythonSources.flatMap((folder) =>
    readdirSync(join(modelImage, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".py") && !/(^|\/)\.venv\//.test(name))
      .map((name) => join(modelImage, folder, name))
      .filter((path) => readFileSync(path, "utf8").split("\n").length > longestFile),
  );
  if (long.length === 0) return null;
  return `more than ${longestFile} lines: ${long.map((path) => relative(root, path)).join(", ")}`;
}

const wranglerTypes = ["types", "infra/worker-env.d.ts", "--config=infra/wrangler.jsonc"];

const checks: Record<string, Check> = {
  "format (oxfmt)": packaged("oxfmt/bin/oxfmt", ["--check"]),
  "lint (oxlint, type-aware)": packaged("oxlint/bin/oxlint", ["--type-aware"]),
  "types (tsc)": packaged("typescript/bin/tsc", ["-p", "."]),
  "types of the playground's script (tsc)": packaged("typescript/bin/tsc", [
    ...["-p", "functions/playground/client"],
  ]),
  "dead code (knip)": packaged("knip/bin/knip.js", []),
  "Python lint (ruff)": command(python, ["-m", "ruff", "check", ...pythonSources], modelImage),
  "Python format (ruff)": command(
    python,
    ["-m", "ruff", "format", "--check", ...pythonSources],
    modelImage,
  ),
  "Python files are short": pythonFilesShort,
  "openapi.json, profiles.json, docs/errors.md, docs/compatibility.md and the playground's files are fresh":
    generatedFresh,
  "the bindings' types are fresh (wrangler types)": packaged("wrangler/bin/wrangler.js", [
    ...wranglerTypes,
    "--include-runtime=false",
    "--check",
  ]),
  "the image's requirements are fresh": command(
    python,
    ["-m", "inlay.cog_requirements", "--check"],
    modelImage,
  ),
  "the Cog schema is fresh": command(python, ["-m", "inlay.cog_schema", "--check"], modelImage),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const wrong = check();
  console.log(`${wrong === null ? "✓" : "✗"} ${name}`);
  if (wrong === null) continue;
  failed += 1;
  console.log(wrong.trimEnd().replaceAll(/^/gm, "    "));
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
