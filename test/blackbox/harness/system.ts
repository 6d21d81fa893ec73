import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createCustomer, call, follow } from "../../../infra/local/customer.ts";
import { demonstration } from "../../../infra/local/demonstration.ts";
import { startStack, type Stack, type StackOptions } from "../../../infra/local/stack.ts";
import type { Account, Ledger } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { z } from "@hono/zod-openapi";

/** The photograph and the mask that tests send: the demonstration's. */
export const photograph = demonstration;

/** The whole system with one customer, on state of its own. */
export interface TestSystem {
  readonly stack: Stack;
  readonly key: string;
  readonly account: string;
  /** Sends an edit of the photograph. */
  edit(fields?: Record<string, string>, files?: { image?: Blob; mask?: Blob }): Promise<Edit>;
  /** The edit once it has ended. */
  ended(id: string): Promise<Edit>;
  get(id: string): Promise<Edit>;
  /** The newest edits. */
  list(): Promise<Edit[]>;
  /** What the customer's webhooks are signed with. */
  webhookSecret(): Promise<string>;
  balance(): Promise<Account["balance"]>;
  /** Everything that the Worker has logged. */
  log(): string;
  /** Kinds of the ledger's entries, oldest first. */
  ledger(): Promise<string[]>;
  /** Waits until the bucket holds nothing of an edit. */
  emptied(id: string): Promise<void>;
  download(edit: Edit, index?: number): Promise<Uint8Array>;
}

/** Credits of a test customer. */
export const credits = 1_000_000;

/** A file as a form holds it. */
function fileOf(path: string): File {
  return new File([readFileSync(path)], basename(path));
}

/** Starts the system in an empty folder. */
export async function startSystem(options: Partial<StackOptions> = {}): Promise<TestSystem> {
  const stateFolder = mkdtempSync(join(tmpdir(), "inlay-test-"));
  const stack = await startStack({ stateFolder, ...options });
  const { key, account } = await createCustomer(stack.url, stack.adminSecret, credits);
  const get = (id: string) => call<Edit>(stack.url, key, "GET", `/v1/edits/${id}`);
  return {
    stack,
    key,
    account,
    get,
    list: async () => (await call<{ data: Edit[] }>(stack.url, key, "GET", "/v1/edits")).data,
    edit: (fields = {}, files = {}) => {
      const form = new FormData();
      form.set("task", "erase");
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      form.set("image", files.image ?? fileOf(photograph.image));
      form.set("mask", files.mask ?? fileOf(photograph.mask));
      return call<Edit>(stack.url, key, "POST", "/v1/edits", form);
    },
    ended: (id) => follow(stack.url, key, id, () => undefined),
    webhookSecret: async () => {
      const path = "/v1/webhooks/default/secret";
      return (await call<{ key: string }>(stack.url, key, "GET", path)).key;
    },
    balance: async () => (await call<Account>(stack.url, key, "GET", "/v1/account")).balance,
    log: () => readFileSync(join(stateFolder, "worker.log"), "utf8"),
    ledger: async () => {
      const page = await call<z.infer<typeof Ledger>>(
        stack.url,
        key,
        "GET",
        "/v1/account/ledger?limit=100",
      );
      return page.data.map(({ kind }) => kind).toReversed();
    },
    emptied: async (id) => {
      let left: string[] = [];
      for (let look = 0; look < 100; look++) {
        left = (await stack.edge().bucketKeys()).filter((name) => name.includes(id));
        if (left.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`still in the bucket: ${left.join(", ")}`);
    },
    download: async (edit, index = 0) => {
      const response = await fetch(edit.outputs[index]?.url ?? "");
      if (response.status !== 200) throw new Error(`the result answered ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
