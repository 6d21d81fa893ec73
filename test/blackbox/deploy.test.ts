import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCloudflare, type CloudflareServer } from "./harness/cloudflare-server.ts";

const root = join(import.meta.dirname, "../..");
let cloudflare: CloudflareServer;

beforeEach(async () => {
  cloudflare = await startCloudflare();
});

afterEach(async () => {
  await cloudflare.close();
});

/** Runs `npm run deploy` against the local account. */
async function deploy(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [join(root, "infra/deploy.ts"), ...args], {
    env: {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: `${cloudflare.url}/client/v4`,
      CLOUDFLARE_API_TOKEN: "token",
      CLOUDFLARE_ACCOUNT_ID: "account",
    },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, printed };
}

const filled = () => [
  "--var",
  `REPLICATE_MODEL=you/inlay:${"5".repeat(64)}`,
  "--var",
  `PUBLIC_URL=${cloudflare.url}`,
];
const secrets = [
  "SIGNING_KEYS",
  "ACCOUNT_ID_SECRET",
  "ADMIN_SECRET",
  "REPLICATE_API_TOKEN",
  "REPLICATE_WEBHOOK_SECRET",
];

describe("npm run deploy", () => {
  it("says where it could go", async () => {
    const { code, printed } = await deploy();
    expect(code).toBe(1);
    expect(printed).toContain("--env staging|production");
  });

  it.each(["staging", "production"])(
    "--dry-run for %s needs no account and tells what is to be filled in",
    async (env) => {
      const { code, printed } = await deploy("--env", env, "--dry-run");
      expect(code, printed).toBe(0);
      expect(printed).toContain("REPLICATE_MODEL");
      expect(cloudflare.state.changes).toEqual([]);
    },
  );

  it("touches nothing while a variable is not filled in", async () => {
    const { code, printed } = await deploy("--env", "production");
    expect(code).toBe(1);
    expect(printed).toContain("REPLICATE_MODEL");
    expect(cloudflare.state.changes).toEqual([]);
  });

  it("deploys nothing while a secret is missing, and says how to set each", async () => {
    const { code, printed } = await deploy("--env", "production", ...filled());
    expect(code).toBe(1);
    for (const name of secrets)
      expect(printed).toContain(`wrangler secret put ${name} --name inlay`);
    expect(cloudflare.state.scripts.size).toBe(0);
  });

  it("creates what is not there, finds what is, applies the migrations, deploys and asks for health", async () => {
    const { state } = cloudflare;
    for (const name of secrets) state.secrets.add(name);
    state.buckets.add("inlay-staging");
    const first = await deploy("--env", "staging", ...filled());
    expect(first.code, first.printed).toBe(0);
    expect(first.printed).toContain("is healthy");
    expect(state.changes).toEqual([
      "queue inlay-work-staging",
      "queue inlay-dead-staging",
      "database inlay-staging",
      "script inlay-staging",
      expect.stringContaining("crons"),
      "consumer inlay-staging",
      "consumer inlay-staging",
    ]);
    const database = state.databases.get("inlay-staging");
    expect(database?.prepare("SELECT count(*) AS accounts FROM accounts").get()).toEqual({
      accounts: 0,
    });
    const script = state.scripts.get("inlay-staging") ?? "";
    for (const binding of ["BUCKET", "DIRECTORY", "WORK", "ACCOUNT", "POOL"])
      expect(script).toContain(`"${binding}"`);

    state.changes.length = 0;
    const second = await deploy("--env", "staging", ...filled());
    expect(second.code, second.printed).toBe(0);
    expect(state.changes.filter((made) => /^(bucket|queue|database)/.test(made))).toEqual([]);
    expect(existsSync(join(root, "infra/.deploy-staging.json"))).toBe(false);
  });
});
