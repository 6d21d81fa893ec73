import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { buildPackage } from "../../../infra/build-package.ts";

const root = join(import.meta.dirname, "../../..");

/** A run of `inlay`. */
export interface Run {
  readonly child: ChildProcess;
  printed(): string;
  /** Waits until this was printed. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal to the program and to everything that it has started. */
  signal(name: NodeJS.Signals): void;
  /** Waits for the end; the exit code. */
  ended(): Promise<number | null>;
}

/** The command line as its users have it: the package as it is published, under the system's Node. */
export interface CommandLine {
  readonly package: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly version: string;
  start(args: readonly string[], environment?: Record<string, string>): Run;
}

/** The Node outside of node_modules, which is the oldest that is supported where CI runs; else this one. */
function systemNode(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((path) => existsSync(path));
  return found ?? process.execPath;
}

/** Builds the package into an empty folder. */
export function buildCommandLine(): CommandLine {
  const folder = join(mkdtempSync(join(tmpdir(), "inlay-package-")), "package");
  buildPackage(folder);
  const node = systemNode();
  return {
    package: folder,
    node,
    version: spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim(),
    start: (args, environment = {}) => run(node, [join(folder, "inlay.mjs"), ...args], environment),
  };
}

/** Runs a program with nothing of this process's keys in its environment. */
export function run(
  program: string,
  args: readonly string[],
  environment: Record<string, string>,
  cwd: string = root,
): Run {
  const none = { INLAY_API_KEY: undefined, INLAY_URL: undefined };
  const env = { ...process.env, ...none, HOME: tmpdir(), ...environment };
  // A group of its own: npm passes no signal on to what it runs.
  const child = spawn(program, args, { detached: true, env, cwd });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const closed = once(child, "close") as Promise<[number | null]>;
  return {
    child,
    printed: () => printed,
    signal: (name) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, name);
      } catch {
        // They have ended.
      }
    },
    until: async (pattern) => {
      for (;;) {
        const found = pattern.exec(printed);
        if (found !== null) return found;
        if (child.exitCode !== null) throw new Error(`it ended early:\n${printed}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    ended: async () => (await closed)[0],
  };
}
