import type { Target } from "./target.ts";
import type { Wrangler } from "../wrangler.ts";

/** A deploy cannot go on; the message says what to do. */
export class DeployError extends Error {}

/** Whether the resource was there already. */
export type Found = "found" | "created";

/** Finds the R2 bucket, or creates it. */
export function provideBucket(wrangler: Wrangler, name: string): Found {
  if (wrangler("r2", "bucket", "info", name, "--json").ok) return "found";
  demand(wrangler("r2", "bucket", "create", name), `The bucket ${name} cannot be created`);
  return "created";
}

/** Finds a queue, or creates it. */
export function provideQueue(wrangler: Wrangler, name: string): Found {
  if (wrangler("queues", "info", name).ok) return "found";
  demand(wrangler("queues", "create", name), `The queue ${name} cannot be created`);
  return "created";
}

/** Finds the D1 database, or creates it; its id. */
export function provideDatabase(
  wrangler: Wrangler,
  name: string,
): { readonly found: Found; readonly id: string } {
  const known = databaseId(wrangler, name);
  if (known !== undefined) return { found: "found", id: known };
  demand(wrangler("d1", "create", name), `The database ${name} cannot be created`);
  const id = databaseId(wrangler, name);
  if (id === undefined) {
    throw new DeployError(`The database ${name} was created but is not listed. Run this again.`);
  }
  return { found: "created", id };
}

function databaseId(wrangler: Wrangler, name: string): string | undefined {
  const answer = demand(wrangler("d1", "list", "--json"), "The databases cannot be listed");
  const databases = JSON.parse(answer) as { name: string; uuid: string }[];
  return databases.find((database) => database.name === name)?.uuid;
}

/** The secrets that the deployed Worker lacks; all of them where there is no Worker yet. */
export function missingSecrets(wrangler: Wrangler, target: Target): string[] {
  const answer = wrangler("secret", "list", "--name", target.worker, "--format", "json");
  const present = answer.ok ? (JSON.parse(answer.output) as { name: string }[]) : [];
  const names = new Set(present.map(({ name }) => name));
  return target.secrets.filter((name) => !names.has(name));
}

/** How to set a secret: those that only this deployment knows are drawn, others are pasted. */
export function secretCommand(name: string, worker: string): string {
  const put = `npx wrangler secret put ${name} --name ${worker}`;
  if (name.startsWith("REPLICATE_")) return put;
  const prefix = name === "SIGNING_KEYS" ? "'k1:'+" : "";
  const draw = `${prefix}crypto.randomBytes(32).toString('base64url')`;
  return `node -p "${draw}" | ${put}`;
}

/** The output of a command that has to succeed. */
export function demand(
  answer: { readonly ok: boolean; readonly output: string },
  what: string,
): string {
  if (answer.ok) return answer.output;
  throw new DeployError(`${what}. wrangler says:\n${answer.output}`);
}
