import { env } from "cloudflare:workers";
import { beforeAll } from "vitest";
import accounts from "../../../infra/migrations/0001_accounts.sql?raw";
import usage from "../../../infra/migrations/0002_usage.sql?raw";

beforeAll(async () => {
  const present = await env.DIRECTORY.prepare(
    "SELECT 1 FROM sqlite_master WHERE name = 'accounts'",
  ).all();
  if (present.results.length > 0) return;
  const statements = `${accounts}${usage}`
    .split(";")
    .filter((statement) => statement.trim() !== "");
  await env.DIRECTORY.batch(statements.map((statement) => env.DIRECTORY.prepare(statement)));
});
