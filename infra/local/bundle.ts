import { basename, extname, join } from "node:path";
import { wrangler } from "../wrangler.ts";

const config = join(import.meta.dirname, "../wrangler.jsonc");

const worker = join(import.meta.dirname, "../../functions/worker.ts");

/**
 * Bundles the Worker, or another entry that stands in for it, as a deploy would; returns the script's path. Throws with
 * wrangler's own message.
 */
export function bundleWorker(outputFolder: string, entry = worker): string {
  const options = ["--dry-run", "--config", config, "--outdir", outputFolder];
  const bundled = wrangler("deploy", entry, ...options);
  if (!bundled.ok) throw new Error(`The Worker cannot be bundled:\n${bundled.output}`);
  return join(outputFolder, `${basename(entry, extname(entry))}.js`);
}
