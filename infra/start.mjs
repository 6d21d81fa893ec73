// The bootstrap of `npm start`, `npm test` and `npm run check`: plain JavaScript that runs on Node 20 with nothing
// installed. It brings the npm packages and the Python environment into place, then hands over to infra/local/main.ts,
// or to the script after `--script`, under the Node that the packages bring.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venv = join(root, "model-image", ".venv");
const python = join(venv, "bin", "python");

/** Ends with one sentence that names the remedy. */
function fail(sentence) {
  console.error(`\n✗ ${sentence}`);
  process.exit(1);
}

/** A stamp file that says whether an installation belongs to the present state of these files. */
function stamp(path, sources) {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(join(root, source)));
  const wanted = hash.digest("hex");
  return {
    fresh: existsSync(path) && readFileSync(path, "utf8") === wanted,
    write: () => writeFileSync(path, wanted),
  };
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: "inherit", ...options }).status === 0;
}

function output(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : null;
}

function installPackages() {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    fail(
      `Node ${process.versions.node} is too old. Install Node 20 or newer from your system's packages.`,
    );
  }
  const installed = stamp(join(root, "node_modules", ".inlay-stamp"), ["package-lock.json"]);
  if (installed.fresh) return;
  // npm ci empties node_modules first: through a link, that of whoever it belongs to.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      "node_modules is a link, and what it leads to is not this checkout's. Remove the link, then run this again.",
    );
  }
  console.log("• Installing the npm packages (about a minute the first time)");
  if (!run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])) {
    fail(
      "npm ci failed; see its message above. Check the network and the npm registry, then run this again.",
    );
  }
  installed.write();
}

/** A Python between 3.10 and 3.13, by the names under which systems install it. */
function findPython() {
  for (const name of ["python3.11", "python3.12", "python3.13", "python3.10", "python3"]) {
    const version = output(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (["3.10", "3.11", "3.12", "3.13"].includes(version)) return name;
  }
  return fail(
    "No Python between 3.10 and 3.13 was found. Install one, such as python3.11 with python3.11-venv.",
  );
}

/** Bytes of a file that pip would take; 0 where its server does not say. */
async function sizeOf(url) {
  if (url.startsWith("file:")) return statSync(fileURLToPath(url.split("#")[0])).size;
  const options = { method: "HEAD", signal: AbortSignal.timeout(10_000) };
  const answer = await fetch(url.split("#")[0], options).catch(() => null);
  return Number(answer?.headers.get("content-length") ?? 0);
}

/** Says how much pip will take and which build of torch, before it does. */
async function announce(requirements) {
  console.log("• Asking pip what there is to install");
  const dryRun = ["--dry-run", "--quiet", "--report", "-", "-r", `model-image/${requirements}`];
  const report = output(python, ["-m", "pip", "install", ...dryRun]);
  if (report === null) return;
  const files = JSON.parse(report).install;
  const sizes = await Promise.all(files.map(({ download_info }) => sizeOf(download_info.url)));
  const megabytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
  const torch = files.find(({ metadata }) => metadata.name === "torch")?.metadata.version;
  const cuda = files.some(({ metadata }) => metadata.name.startsWith("nvidia-"));
  const build = cuda ? "the default build with CUDA" : "without CUDA";
  const which = torch === undefined ? "" : `, torch ${torch} (${build}) among them`;
  console.log(`• Installing ${files.length} Python packages: ${megabytes} MB to fetch${which}`);
}

async function installPython(requirements) {
  const parts = ["requirements.txt", "requirements-stable-diffusion.txt", requirements];
  const sources = parts.map((name) => `model-image/${name}`);
  const installed = stamp(join(venv, `.inlay-stamp-${requirements}`), sources);
  if (installed.fresh) return;
  if (!existsSync(python)) {
    console.log("• Creating the Python environment model-image/.venv");
    if (!run(findPython(), ["-m", "venv", venv])) {
      rmSync(venv, { recursive: true, force: true });
      fail(
        "The Python environment could not be created. Install your Python's venv package (python3-venv).",
      );
    }
  }
  await announce(requirements);
  const install = ["-m", "pip", "install", "--disable-pip-version-check"];
  if (!run(python, [...install, "-r", `model-image/${requirements}`])) {
    fail(
      "pip failed; see its message above. Check the network and the free disk space, then run this again.",
    );
  }
  installed.write();
}

const [script = "infra/local/main.ts", ...rest] =
  process.argv[2] === "--script"
    ? process.argv.slice(3)
    : ["infra/local/main.ts", ...process.argv.slice(2)];
installPackages();
// A deploy and the simulation need no Python, and only who tests needs the test tools.
if (script === "infra/local/main.ts") await installPython("requirements.txt");
else if (!["infra/deploy.ts", "infra/sim.ts", "infra/build-package.ts"].includes(script))
  await installPython("requirements-dev.txt");
mkdirSync(join(root, ".inlay"), { recursive: true });

const node = join(root, "node_modules", ".bin", "node");
const child = spawn(node, [join(root, script), ...rest], { cwd: root, stdio: "inherit" });
// The child ends by the same signal, takes its servers down, and says with what code.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
