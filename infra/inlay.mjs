#!/usr/bin/env node
// The command `inlay`: plain JavaScript that runs on Node 20. In a checkout it hands over to infra/cli/main.ts under the
// Node that the packages bring; the published package holds the same in one file for any Node from 20 on.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("cli/main.ts", import.meta.url));
const node = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

if (!existsSync(node)) {
  console.error("✗ The npm packages are not installed. Run npm start once, or npm ci.");
  process.exit(1);
}
const child = spawn(node, [source, ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
