import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { ConfigurationError, readConfiguration } from "../../functions/env.ts";

/** The configuration that every environment is a part of. */
export const configPath = join(import.meta.dirname, "../wrangler.jsonc");

/** The environments that can be deployed. */
export const environments = ["staging", "production"] as const;

export type EnvironmentName = (typeof environments)[number];

/** What an environment is made of, as wrangler.jsonc has it. */
export interface Target {
  readonly environment: EnvironmentName;
  readonly worker: string;
  readonly bucket: string;
  readonly database: string;
  readonly queues: readonly string[];
  readonly secrets: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that have to be filled in before a deploy, each with what it has to be. */
  readonly unset: readonly string[];
}

const secretsOf = {
  cog: ["COG_CALLBACK_TOKEN"],
  replicate: ["REPLICATE_API_TOKEN", "REPLICATE_WEBHOOK_SECRET"],
};

/** Reads an environment of wrangler.jsonc; `overrides` come over its variables. */
export function readTarget(
  environment: EnvironmentName,
  overrides: Readonly<Record<string, string>>,
): Target {
  const config = unstable_readConfig({ config: configPath, env: environment });
  const variables = { ...(config.vars as Record<string, string>), ...overrides };
  const provider = variables["PROVIDER"] === "cog" ? "cog" : "replicate";
  const secrets = ["SIGNING_KEYS", "ACCOUNT_ID_SECRET", "ADMIN_SECRET", ...secretsOf[provider]];
  return {
    environment,
    worker: config.name ?? "",
    bucket: config.r2_buckets[0]?.bucket_name ?? "",
    database: config.d1_databases[0]?.database_name ?? "",
    queues: (config.queues.consumers ?? []).map((consumer: { queue: string }) => consumer.queue),
    secrets,
    variables,
    unset: wrongVariables(variables, secrets),
  };
}

/** What the Worker itself would say of these variables, its secrets being in order. */
function wrongVariables(vars: Record<string, string>, secrets: readonly string[]): string[] {
  const inOrder: Record<string, string> = {
    SIGNING_KEYS: `k1:${"a".repeat(43)}`,
    REPLICATE_WEBHOOK_SECRET: `whsec_${"a".repeat(32)}`,
  };
  const filled = secrets.map((name) => [name, inOrder[name] ?? "a".repeat(32)]);
  try {
    readConfiguration({ ...vars, ...Object.fromEntries(filled) });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [...error.issues];
    throw error;
  }
}
