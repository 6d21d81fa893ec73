import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { createCustomer } from "../../../infra/local/customer.ts";
import type { Account } from "../../../schemas/account.ts";
import { compare } from "../harness/compare.ts";
import type { Receiver } from "../harness/receiver.ts";
import { photograph, type TestSystem } from "../harness/system.ts";

export const python = join(import.meta.dirname, "../../../model-image/.venv/bin/python");

/** Paths of a picture and of its mask. */
interface Sent {
  readonly image: string;
  readonly mask: string;
}

/** What the clients' tests share. */
export interface Running {
  readonly system: TestSystem;
  readonly receiver: Receiver;
}

/** The photograph and its mask as files. */
export const photo = () =>
  new File([readFileSync(photograph.image)], "photo.jpg", { type: "image/jpeg" });
export const mask = () =>
  new File([readFileSync(photograph.mask)], "mask.png", { type: "image/png" });

/** The photograph and its mask as peers take them, by the names that `derive.py` gives them. */
const derived = mkdtempSync(join(tmpdir(), "inlay-derived-"));
execFileSync(python, [
  join(import.meta.dirname, "derive.py"),
  photograph.image,
  photograph.mask,
  derived,
]);
export const derivedPath = (name: string) => join(derived, `${name}.png`);
export const derivedFile = (name: string) =>
  new File([readFileSync(derivedPath(name))], `${name}.png`, { type: "image/png" });

/** Expects a result whose kept pixels are the photograph's, or those of another picture and mask. */
export function expectKept(result: Uint8Array, sent: Sent = photograph): void {
  const { input_size, result_size, kept_changed, masked_changed_share } = compare(
    sent.image,
    sent.mask,
    result,
  );
  expect(result_size).toEqual(input_size);
  expect(kept_changed).toBe(0);
  expect(masked_changed_share).toBeGreaterThan(0.9);
}

/** A key of an account that cannot pay for anything. */
export async function poorKey({ stack }: TestSystem): Promise<string> {
  return (await createCustomer(stack.url, stack.adminSecret, 1)).key;
}

/** The bytes behind a result's URL. */
export async function download(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Micro-credits that the work costs. */
export async function costOf(system: TestSystem, work: () => Promise<unknown>): Promise<number> {
  const spent = (balance: Account["balance"]) => balance.available + balance.reserved;
  const before = spent(await system.balance());
  await work();
  return before - spent(await system.balance());
}
