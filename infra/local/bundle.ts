import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Bundles the Worker as a deploy would and returns the script's path. Throws with wrangler's own message. */
export function bundleWorker(outputFolder: string): string {
  const result = spawnSync(
    join(root, "node_modules/.bin/node"),
    [
      join(root, "node_modules/wrangler/bin/wrangler.js"),
      "deploy",
      "--dry-run",
      "--config",
      join(root, "infra/wrangler.jsonc"),
      "--outdir",
      outputFolder,
    ],
    { encoding: "utf8", env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" } },
  );
  if (result.status !== 0) {
    throw new Error(`The Worker cannot be bundled:\n${result.stdout}\n${result.stderr}`);
  }
  return join(outputFolder, "worker.js");
}
