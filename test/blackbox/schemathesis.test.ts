import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { call, createCustomer } from "../../infra/local/customer.ts";
import type { WebhookEndpoint } from "../../schemas/webhook-endpoint.ts";
import { startSystem, type TestSystem } from "./harness/system.ts";

const root = join(import.meta.dirname, "../..");
/** What is read of Schemathesis's report. */
interface Report {
  readonly operations: { readonly total: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly unknown[];
}

let system: TestSystem;

beforeAll(async () => {
  // A stream that is not over would be waited for.
  system = await startSystem({ cog: false, variables: { STREAM_SECONDS: "0.02" } });
});

afterAll(async () => {
  await system?.stack.close();
});

it("answers at least 1,000 generated requests as /openapi.json says, and never with a server error", async () => {
  const { id } = await system.edit();
  const endpoint = await call<WebhookEndpoint>(
    system.stack.url,
    system.key,
    "POST",
    "/v1/webhook-endpoints",
    { url: "http://127.0.0.1:9/hook" },
  );
  // Operators' routes are tried on another account: they find and revoke its keys.
  const other = await createCustomer(system.stack.url, system.stack.adminSecret, 1_000);
  // And their deletion on a third, so that the others find the second to the end.
  const leaving = await createCustomer(system.stack.url, system.stack.adminSecret, 1_000);
  const folder = mkdtempSync(join(tmpdir(), "inlay-schemathesis-"));
  const run = spawn(
    join(root, "model-image/.venv/bin/st"),
    [
      ...["--config-file", join(import.meta.dirname, "schemathesis.toml")],
      ...["run", `${system.stack.url}/openapi.json`, "--phases", "examples,coverage,fuzzing"],
      ...["--report", "json", "--report-json-path", join(folder, "report.json")],
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        INLAY_KEY: system.key,
        INLAY_ADMIN_SECRET: system.stack.adminSecret,
        INLAY_ACCOUNT: other.account,
        INLAY_LEAVING: leaving.account,
        INLAY_EDIT: id,
        INLAY_ENDPOINT: endpoint.id,
      },
    },
  );
  let printed = "";
  for (const stream of [run.stdout, run.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const [code] = (await once(run, "exit")) as [number | null];
  expect(code, printed.slice(-6_000)).toBe(0);
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;
  console.log(`Schemathesis: ${report.test_cases.generated} generated cases`);
  expect(report.operations).toMatchObject({ tested: report.operations.total, errored: 0 });
  expect(report.test_cases.generated).toBeGreaterThanOrEqual(1_000);
  expect(report.failures).toEqual([]);
}, 240_000);
