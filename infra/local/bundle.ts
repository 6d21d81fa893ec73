import { join } from "node:path";
import { wrangler } from "../wrangler.ts";

const config = join(import.meta.dirname, "../wrangler.jsonc");

/** Bundles the Worker as a deploy would and returns the script's path. Throws with wrangler's own message. */
export function bundleWorker(outputFolder: string): string {
  const bundled = wrangler("deploy", "--dry-run", "--config", config, "--outdir", outputFolder);
  if (!bundled.ok) throw new Error(`The Worker cannot be bundled:\n${bundled.output}`);
  return join(outputFolder, "worker.js");
}
