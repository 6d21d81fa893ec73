import { spawnSync } from "node:child_process";
import { join } from "node:path";

// The arguments go on to inlay.bench: npm run bench:model -- --help
const modelImage = join(import.meta.dirname, "..", "model-image");
const python = join(modelImage, ".venv/bin/python");
const args = ["-m", "inlay.bench", ...process.argv.slice(2)];
const { status } = spawnSync(python, args, { cwd: modelImage, stdio: "inherit" });
process.exitCode = status ?? 1;
