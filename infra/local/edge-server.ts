import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Problem } from "../../schemas/problem.ts";

const infra = join(import.meta.dirname, "..");

export interface EdgeOptions {
  /** The bundled Worker. */
  readonly script: string;
  /** Where R2, D1 and the Durable Objects keep their state. */
  readonly stateFolder: string;
  readonly port: number;
  /** Variables and secrets, over those of wrangler.jsonc. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where given, the bucket answers S3 requests signed with this key too, below `localS3Path`. */
  readonly s3Key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Takes the Worker's log, line by line. */
  readonly log: (line: string) => void;
}

/** A running Worker: the real workerd, with the bindings of wrangler.jsonc kept on this machine. */
export interface EdgeServer {
  readonly url: string;
  /** Runs the cron handler, as the platform does each minute; here a ticker does. */
  tick(): Promise<void>;
  /** Every key in the bucket. */
  bucketKeys(): Promise<string[]>;
  stop(): Promise<void>;
}

const minute = 60_000;

/** Where the local bucket speaks S3. */
export const localS3Path = "/cdn-cgi/local/r2/s3/inlay";

/** Starts the Worker on its state, applies the directory's migrations, and ticks its cron at once and each minute. */
export async function startEdge(options: EdgeOptions): Promise<EdgeServer> {
  const configured = unstable_getMiniflareWorkerOptions(join(infra, "wrangler.jsonc"));
  // wrangler's own type of these options names none of them.
  const workerOptions = configured.workerOptions as {
    bindings?: Record<string, string>;
    r2Buckets?: Record<string, { id: string }>;
  };
  const { BUCKET: bucket } = workerOptions.r2Buckets ?? {};
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      ...workerOptions,
      name: "inlay",
      modules: [{ type: "ESModule", path: options.script }],
      modulesRoot: dirname(options.script),
      bindings: { ...workerOptions.bindings, ...options.variables },
      ...(options.s3Key === undefined || bucket === undefined
        ? {}
        : { r2Buckets: { BUCKET: { ...bucket, s3Credentials: options.s3Key } } }),
      host: "127.0.0.1",
      port: options.port,
      handleStructuredLogs: ({ message }) => options.log(message),
    }),
    resourcePersistencePath: join(options.stateFolder, "state"),
  });
  try {
    const url = (await miniflare.ready).origin;
    await migrate(await miniflare.getD1Database("DIRECTORY"));
    await checkHealth(url);
    const tick = async () => {
      const fetcher = await miniflare.getWorker();
      await fetcher.scheduled({ cron: "* * * * *" });
    };
    await tick();
    const ticker = setInterval(() => {
      tick().catch((error: unknown) => options.log(`cron: ${String(error)}`));
    }, minute);
    return {
      url,
      tick,
      bucketKeys: async () => listKeys(await miniflare.getR2Bucket("BUCKET")),
      stop: async () => {
        clearInterval(ticker);
        await miniflare.dispose();
      },
    };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

/** A Worker that cannot work says why at once: a wrong variable or secret by its name. */
async function checkHealth(url: string): Promise<void> {
  const answer = await fetch(`${url}/health`);
  if (answer.ok) return;
  const { detail } = await answer.json<Problem>();
  throw new Error(detail);
}

type Database = Awaited<ReturnType<Miniflare["getD1Database"]>>;
type Bucket = Awaited<ReturnType<Miniflare["getR2Bucket"]>>;

async function migrate(database: Database): Promise<void> {
  await database.exec("CREATE TABLE IF NOT EXISTS d1_migrations (name TEXT PRIMARY KEY)");
  const done = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(done.results.map(({ name }) => name));
  const folder = join(infra, "migrations");
  for (const name of readdirSync(folder).sort()) {
    if (known.has(name)) continue;
    const statements = readFileSync(join(folder, name), "utf8")
      .split(";")
      .map((statement) => statement.replaceAll(/\s+/g, " ").trim())
      .filter((statement) => statement !== "");
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations VALUES (?)").bind(name),
    ]);
  }
}

async function listKeys(bucket: Bucket): Promise<string[]> {
  const { objects } = await bucket.list();
  return objects.map(({ key }) => key);
}
