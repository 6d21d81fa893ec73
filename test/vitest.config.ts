import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { developmentSigner } from "../infra/local/claim-signer.ts";
import { outside } from "./workerd/harness/outside.ts";

/** Folders of the file system, as tests that start programs use them. */
const onDisk = { TMPDIR: tmpdir() };

// workerd waits for the disk at each commit. Where memory has room for its databases, the tests' Worker keeps them there.
if (roomInMemory() >= 2 ** 30) process.env["TMPDIR"] = "/dev/shm";

/** Bytes that are free in the file system in memory; none where there is no such thing. */
function roomInMemory(): number {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** Secrets and settings of the Worker under test; drawn for tests alone. */
const bindings = {
  SIGNING_KEYS: "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
  ACCOUNT_ID_SECRET: "account-id-secret-for-tests",
  ADMIN_SECRET: "admin-secret-for-tests",
  COG_CALLBACK_TOKEN: "callback-token-for-tests",
  COG_URL: "https://cog.example.org",
  FAULT_SEED: process.env["FAULT_SEED"] ?? "",
  PUBLIC_URL: "https://inlay.example.com",
  POOL_SLOTS: "1000",
  ...developmentSigner(),
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "pure",
          include: ["test/pure/**/*.test.ts"],
          environment: "node",
          env: onDisk,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          environment: "node",
          env: onDisk,
          testTimeout: 300_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./infra/wrangler.jsonc" },
            miniflare: { bindings, outboundService: outside },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/workerd/**/*.test.ts"],
          setupFiles: ["test/workerd/harness/directory.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          expect: { poll: { timeout: 30_000, interval: 50 } },
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "blackbox",
          include: ["test/blackbox/**/*.test.ts"],
          environment: "node",
          env: onDisk,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
