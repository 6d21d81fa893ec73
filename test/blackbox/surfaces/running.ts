import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Account } from "../../../schemas/account.ts";
import { compare } from "../harness/compare.ts";
import type { Receiver } from "../harness/receiver.ts";
import { photograph, type TestSystem } from "../harness/system.ts";

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

/** Expects a result whose kept pixels are the photograph's. */
export function expectKept(result: Uint8Array): void {
  const { input_size, result_size, kept_changed, masked_changed_share } = compare(
    photograph.image,
    photograph.mask,
    result,
  );
  expect(result_size).toEqual(input_size);
  expect(kept_changed).toBe(0);
  expect(masked_changed_share).toBeGreaterThan(0.9);
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
