import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** What wrangler printed, and whether it succeeded. */
interface WranglerAnswer {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs one wrangler command. */
export type Wrangler = (...args: string[]) => WranglerAnswer;

/** The real wrangler of this repository, without a terminal and without telemetry. */
export const wrangler: Wrangler = (...args) => {
  const result = spawnSync(
    process.execPath,
    [join(root, "node_modules/wrangler/bin/wrangler.js"), ...args],
    {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
    },
  );
  // JSON is on standard output; what went wrong is on both.
  const ok = result.status === 0;
  return { ok, output: ok ? result.stdout : `${result.stdout}\n${result.stderr}`.trim() };
};
