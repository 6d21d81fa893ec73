import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** What `inlay listen` knows from one run to the next. */
export interface ListenState {
  /** What its webhooks are signed with. */
  readonly secret: string;
  /** The sequence of the last event that was forwarded; null where nothing was yet. */
  readonly cursor: number | null;
}

/** Where the state of one account, deployment and target is kept. */
export function statePath(...parts: readonly string[]): string {
  const state = process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local/state");
  const name = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
  return join(state, "inlay", `listen-${name}.json`);
}

/** The state at a path; null where there is none. */
export async function readState(path: string): Promise<ListenState | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as ListenState);
}

/** Replaces the state, all or nothing; its owner alone can read it. */
export async function writeState(path: string, state: ListenState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
