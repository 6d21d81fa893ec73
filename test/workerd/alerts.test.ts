import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Alert } from "../../functions/alerts.ts";
import { putAway } from "../../functions/reports/put-away.ts";
import { report } from "../../functions/reports/report.ts";
import { publicResolver, servicesOf } from "../../functions/services.ts";
import worker from "../../functions/worker.ts";
import type { Edit } from "../../schemas/edit.ts";
import * as api from "./harness/api.ts";
import { putManifest } from "./harness/container.ts";

const away = () => Promise.reject(new Error("it is away"));

/** The environment with some bindings replaced. */
const but = (changes: object) => ({ ...env, ...changes }) as Env;

/** Brings one message to the consumer of a queue; what it throws does not matter here. */
async function consume(body: unknown, queue = "inlay-work", environment = env): Promise<void> {
  const one = { id: "m", timestamp: new Date(), attempts: 1, body, ack: () => {}, retry: () => {} };
  const batch = { queue, messages: [one] } as unknown as MessageBatch;
  await worker.queue(batch, environment).catch(() => undefined);
}

async function cron(environment: Env): Promise<void> {
  await worker.scheduled(createScheduledController(), environment).catch(() => undefined);
}

const database = (run: () => Promise<unknown>) => ({
  prepare: () => ({ bind: () => ({ all: run, run }) }),
  batch: run,
});

async function running(): Promise<{ account: string; edit: string; key: string }> {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  return { account, edit, key };
}

/** How each alert that is raised outside the account's core comes about. */
const provocations: Partial<Record<Alert, () => Promise<unknown>>> = {
  "configuration.invalid": () =>
    consume({ v: 1, type: "wake", account: "u" }, "inlay-work", but({ SIGNING_KEYS: "" })),
  "work.dead": () => consume({ v: 1, type: "purge", account: "u", prefixes: [] }, "inlay-dead"),
  "work.unreadable": () => consume({ v: 2 }),
  "queue.failed": () =>
    servicesOf(but({ WORK: { send: away } }))
      .send({ v: 1, type: "wake", account: "u" })
      .catch(() => undefined),
  "cron.failed": () => cron(but({ DIRECTORY: database(away) })),
  "cron.behind": () => {
    const results = Array.from({ length: 100 }, (_, n) => ({ id: `u${n}` }));
    const DIRECTORY = database(() => Promise.resolve({ results }));
    return cron(but({ DIRECTORY, WORK: { send: () => Promise.resolve() } }));
  },
  "directory.failed": async () => {
    const { account, edit, key } = await running();
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
    await report(servicesOf(but({ DIRECTORY: database(away) })), account).catch(() => undefined);
  },
  "archive.failed": () => {
    const batch = { key: "archive/u/edit_0.ndjson", text: "" };
    const account = () => ({ archiveBatch: () => Promise.resolve(batch) });
    const services = { ...servicesOf(but({ BUCKET: { put: away } })), account };
    return putAway(services as unknown as Parameters<typeof putAway>[0], "u", batch.key).catch(
      () => undefined,
    );
  },
  "manifest.invalid": async () => {
    const to = await running();
    await putManifest(to, { attempt: 7 });
    await api.callback(to.account, to.edit, { status: "succeeded", output: "succeeded" });
  },
  "callback.unauthenticated": () =>
    api.callback("u", "edit_0", { status: "succeeded" }, 1, "guess"),
  "callback.forged": () =>
    api.send("POST", "/files/callback/u/edit_0/1/0?max=0&exp=9999999999&kid=k1&sig=guess", {
      json: { status: "succeeded" },
    }),
  "url.forged": () =>
    api.send("GET", "/files/result/u/edit_0/1/0?max=0&exp=9999999999&kid=k1&sig=x"),
  "admin.refused": () => api.send("GET", "/v1/admin/accounts", { token: "guess" }),
  "payment.refused": () =>
    api.send("POST", "/v1/payments/stripe", {
      json: {},
      headers: { "stripe-signature": "t=1,v1=00" },
      environment: { STRIPE_WEBHOOK_SECRET: "whsec_test_secret_of_stripe" },
    }),
  "resolver.failed": () => publicResolver()("broken.example.org").catch(() => undefined),
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an alert", () => {
  it.each(Object.entries(provocations))(
    "%s is one line of the level error",
    async (name, provoke) => {
      const lines: string[] = [];
      vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
      await provoke();
      const raised = lines.map((line) => JSON.parse(line) as { level: string; event: string });
      expect(raised).toContainEqual(expect.objectContaining({ level: "error", event: name }));
    },
  );

  it("holds no secret and no signature", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
    for (const name of ["callback.forged", "url.forged", "admin.refused"] as const) {
      await provocations[name]?.();
    }
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toMatch(/sig=|guess/);
  });
});
