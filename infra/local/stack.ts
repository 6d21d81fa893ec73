import { appendFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { bundleWorker } from "./bundle.ts";
import { developmentSigner } from "./claim-signer.ts";
import { startCog, type CogServer } from "./cog-server.ts";
import { localS3Path, startEdge, type EdgeServer } from "./edge-server.ts";
import { localSecrets } from "./secrets.ts";

export interface StackOptions {
  readonly stateFolder: string;
  /** The edge's port; any free one where none is given. */
  readonly port?: number;
  readonly cogPort?: number;
  /** Edits that run side by side; one where none is said. */
  readonly slots?: number;
  /** Whether to run the Cog server; with another provider there is none. */
  readonly cog?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly script?: string;
  /** Enables uploads straight into the local bucket, with this key to its S3 endpoint. */
  readonly s3Key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The whole system on one machine. Its parts stop and start one by one, on the same state and the same ports. */
export interface Stack {
  readonly url: string;
  readonly cogUrl: string;
  readonly adminSecret: string;
  edge(): EdgeServer;
  startEdge(): Promise<void>;
  stopEdge(): Promise<void>;
  startCog(): Promise<void>;
  killCog(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the edge and, unless told otherwise, the Cog server; whatever fails takes the rest down again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateFolder, s3Key } = options;
  mkdirSync(stateFolder, { recursive: true });
  const port = options.port ?? (await freePort());
  const cogPort = options.cogPort ?? (await freePort());
  for (const [taken, name] of [
    [port, "--port"],
    [cogPort, "--cog-port"],
  ] as const) {
    if (!(await isFree(taken))) {
      throw new Error(`Port ${taken} is taken. End what uses it, or choose another: ${name} 9000`);
    }
  }
  const url = `http://127.0.0.1:${port}`;
  const cogUrl = `http://127.0.0.1:${cogPort}`;
  const secrets = localSecrets(stateFolder);
  const script = options.script ?? bundleWorker(join(stateFolder, "bundle"));
  const log = (line: string) => appendFileSync(join(stateFolder, "worker.log"), `${line}\n`);
  const variables = {
    ...secrets,
    ...developmentSigner(),
    PUBLIC_URL: url,
    CALLBACK_URL: url,
    COG_URL: cogUrl,
    LOCAL_LOOPBACK: "true",
    POOL_SLOTS: String(options.slots ?? 1),
    ...(s3Key === undefined
      ? {}
      : {
          R2_S3_URL: `${url}${localS3Path}`,
          R2_ACCESS_KEY_ID: s3Key.accessKeyId,
          R2_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
        }),
    ...options.variables,
  };

  let edge: EdgeServer | null = null;
  let cog: CogServer | null = null;
  const stack: Stack = {
    url,
    cogUrl,
    adminSecret: secrets.ADMIN_SECRET,
    edge: () => {
      if (edge === null) throw new Error("the edge is stopped");
      return edge;
    },
    startEdge: async () => {
      const s3 = s3Key === undefined ? {} : { s3Key };
      edge ??= await startEdge({ script, stateFolder, port, variables, log, ...s3 });
    },
    stopEdge: async () => {
      await edge?.stop();
      edge = null;
    },
    startCog: async () => {
      cog ??= await startCog({
        port: cogPort,
        edge: url,
        callbackToken: secrets.COG_CALLBACK_TOKEN,
        logFile: join(stateFolder, "cog.log"),
        environment: { COG_MAX_CONCURRENCY: String(options.slots ?? 1) },
      });
    },
    killCog: async () => {
      await cog?.kill();
      cog = null;
    },
    close: async () => {
      await cog?.stop();
      cog = null;
      await stack.stopEdge();
    },
  };
  const starting = [stack.startEdge(), ...(options.cog === false ? [] : [stack.startCog()])];
  const failed = (await Promise.allSettled(starting)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    await stack.close();
    throw failed.reason;
  }
  return stack;
}

/** A port that nothing listens on now. */
async function freePort(): Promise<number> {
  return listenOnce(0);
}

async function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
