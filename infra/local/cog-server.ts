import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const modelImage = join(import.meta.dirname, "../../model-image");

export interface CogOptions {
  readonly port: number;
  /** Where the container reaches the edge. */
  readonly edge: string;
  /** The bearer token of its callbacks. */
  readonly callbackToken: string;
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running Cog server: the real coglet, with the model of this repository. */
export interface CogServer {
  readonly url: string;
  /** Ends it, politely first. */
  stop(): Promise<void>;
  /** Ends it as a crash would: SIGKILL to the server and its worker. */
  kill(): Promise<void>;
}

const readyWithin = 120_000;

/** Starts coglet and waits until it is ready to predict; throws with the log's end where it is not. */
export async function startCog(options: CogOptions): Promise<CogServer> {
  const log = createWriteStream(options.logFile, { flags: "a" });
  let tail = "";
  const child = spawn(
    join(modelImage, ".venv/bin/python"),
    ["-m", "inlay.serve", "--port", String(options.port), "--edge", options.edge],
    {
      cwd: modelImage,
      // A group of its own, so that coglet's worker ends with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        WEBHOOK_AUTH_TOKEN: options.callbackToken,
        COG_THROTTLE_RESPONSE_INTERVAL: "0.25",
        ...options.environment,
      },
    },
  );
  // However this process ends, the server does not outlive it.
  const last = () => signalGroup(child.pid ?? 0, "SIGKILL");
  process.on("exit", last);
  child.once("exit", () => process.off("exit", last));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      log.write(chunk);
      tail = (tail + chunk.toString()).slice(-2_000);
    });
  }
  const url = `http://127.0.0.1:${options.port}`;
  try {
    await ready(url, child);
  } catch (error) {
    await end(child, "SIGKILL");
    throw new Error(`The Cog server did not start: ${String(error)}\n${tail}`, { cause: error });
  }
  return { url, stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithin;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended at once");
    const health = await fetch(`${url}/health-check`)
      .then((response) => response.json<{ status: string }>())
      .catch(() => null);
    if (health?.status === "READY") return;
    if (health?.status === "SETUP_FAILED" || health?.status === "DEFUNCT") {
      throw new Error("the model could not be loaded");
    }
    await pause(100);
  }
  throw new Error(`it was not ready within ${readyWithin / 1000} s`);
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
  });
  signalGroup(child.pid, signal);
  const slow = setTimeout(() => signalGroup(child.pid ?? 0, "SIGKILL"), 5_000);
  await exited;
  clearTimeout(slow);
  signalGroup(child.pid, "SIGKILL");
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
