import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { unstable_readConfig } from "wrangler";
import {
  demand,
  DeployError,
  missingSecrets,
  provideBucket,
  provideDatabase,
  provideQueue,
  secretCommand,
} from "./deploy/steps.ts";
import { configPath, environments, readTarget, type Target } from "./deploy/target.ts";
import { wrangler } from "./wrangler.ts";

const usage =
  "Say where to: npm run deploy -- --env staging|production [--dry-run] [--var NAME=value ...]";

/** Shows one step; what it returns stands behind it. */
function step<T>(name: string, work: () => T): T {
  process.stdout.write(`• ${name}`);
  const value = work();
  console.log(typeof value === "string" ? `: ${value}` : "");
  return value;
}

/** Everything that can be tried without an account: the bundle, the migrations, and what is still to be filled in. */
function rehearse(target: Target): void {
  const folder = mkdtempSync(join(tmpdir(), "inlay-deploy-"));
  const config = ["--config", configWithDatabase(target, "the-id-of-a-rehearsal")];
  try {
    step("Bundling the Worker", () => {
      const dry = ["deploy", "--dry-run", "--outdir", folder, ...config];
      demand(wrangler(...dry), "It cannot be bundled");
    });
    step("Applying the migrations to an empty database", () => {
      const local = ["--local", "--persist-to", join(folder, "state"), ...config];
      const apply = ["d1", "migrations", "apply", "DIRECTORY", ...local];
      demand(wrangler(...apply), "The migrations cannot be applied");
    });
  } finally {
    for (const path of [folder, config[1] ?? ""]) rmSync(path, { recursive: true });
  }
  console.log(`
A deploy to ${target.environment} would find or create the bucket ${target.bucket}, the database ${target.database}
and the queues ${target.queues.join(" and ")}; check the secrets ${target.secrets.join(", ")};
apply the migrations, deploy the Worker ${target.worker} and ask its /health.`);
  for (const variable of target.unset) console.log(`! To fill in before, in vars: ${variable}`);
}

async function deploy(target: Target): Promise<void> {
  if (target.unset.length > 0) {
    throw new DeployError(
      `Fill in env.${target.environment}.vars of infra/wrangler.jsonc, or add --var NAME=value:\n  ${target.unset.join("\n  ")}`,
    );
  }
  step(`Bucket ${target.bucket}`, () => provideBucket(wrangler, target.bucket));
  for (const queue of target.queues) step(`Queue ${queue}`, () => provideQueue(wrangler, queue));
  let database = "";
  step(`Database ${target.database}`, () => {
    const { found, id } = provideDatabase(wrangler, target.database);
    database = id;
    return found;
  });
  const missing = missingSecrets(wrangler, target);
  if (missing.length > 0) {
    const commands = missing.map((name) => `  ${secretCommand(name, target.worker)}`);
    throw new DeployError(
      `Set the missing secrets, then run this again. Keep ACCOUNT_ID_SECRET for good: keys depend on it.\n${commands.join("\n")}`,
    );
  }
  const config = configWithDatabase(target, database);
  try {
    step("Applying the migrations", () => {
      const apply = ["d1", "migrations", "apply", "DIRECTORY", "--remote", "--config", config];
      demand(wrangler(...apply), "The migrations cannot be applied");
    });
    const printed = step("Deploying the Worker", () =>
      demand(wrangler("deploy", "--config", config), "It cannot be deployed"),
    );
    await checkHealth(
      target.variables["PUBLIC_URL"] || (/https:\/\/\S+\.workers\.dev/.exec(printed)?.[0] ?? ""),
    );
  } finally {
    rmSync(config);
  }
}

/** The environment as a configuration of its own, with the database's id, beside the original. */
function configWithDatabase(target: Target, id: string): string {
  const resolved = unstable_readConfig({ config: configPath, env: target.environment });
  const [directory] = resolved.d1_databases;
  const path = join(dirname(configPath), `.deploy-${target.environment}.json`);
  const { configPath: _path, userConfigPath: _user, unsafe: _unsafe, ...config } = resolved;
  const databases = [{ ...directory, database_id: id }];
  const filled = { ...config, vars: target.variables, d1_databases: databases };
  writeFileSync(path, JSON.stringify(filled, null, 2));
  return path;
}

async function checkHealth(origin: string): Promise<void> {
  if (origin === "") throw new DeployError("Deployed, but its address is unknown. Set PUBLIC_URL.");
  for (let look = 0; look < 10; look++) {
    const answer = await fetch(`${origin.replace(/\/$/, "")}/health`).catch(() => null);
    if (answer?.ok === true) {
      console.log(`✓ ${origin} is healthy`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  throw new DeployError(
    `Deployed, but ${origin}/health does not answer 200. See: npx wrangler tail`,
  );
}

try {
  const { values } = parseArgs({
    options: {
      env: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      "dry-run": { type: "boolean", default: false },
    },
  });
  const environment = environments.find((name) => name === values.env);
  if (environment === undefined) throw new DeployError(usage);
  const overrides = values.var.map((pair) => [
    pair.split("=")[0] ?? "",
    pair.replace(/^[^=]*=/, ""),
  ]);
  const target = readTarget(environment, Object.fromEntries(overrides));
  if (values["dry-run"]) rehearse(target);
  else await deploy(target);
} catch (error) {
  console.error(`\n✗ ${error instanceof DeployError ? error.message : String(error)}`);
  process.exitCode = 1;
}
