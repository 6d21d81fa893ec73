import { describe, expect, it } from "vitest";
import type { Report } from "../../../functions/account/attempts.ts";
import { copyOutputs } from "../../../functions/dispatch/copy-outputs.ts";
import type { Services } from "../../../functions/dispatch/ports.ts";
import type { Resolve } from "../../../functions/network/resolver.ts";

/** Copies a file of `files.example.org`, as that name is resolved; returns what the account was told. */
async function copied(resolve: Resolve): Promise<Report["type"][]> {
  const told: Report["type"][] = [];
  const account = {
    report: (_edit: string, _attempt: number, news: Report) => {
      told.push(news.type);
      return Promise.resolve([]);
    },
    attempt: () =>
      Promise.resolve({
        finished: false,
        inputs: {},
        parameters: { width: 64, height: 64, seed: 7 },
      }),
  };
  const services = {
    account: () => account,
    bucket: { get: () => Promise.resolve(null) },
    resolve,
    deadline: () => new AbortController().signal,
    fetch: () => Promise.reject(new Error("asked")),
    allowLoopback: false,
  } as unknown as Services;
  const urls = ["https://files.example.org/a.png"];
  await copyOutputs(services, "a", {
    v: 1,
    type: "copy",
    account: "a",
    edit: "e",
    attempt: 1,
    urls,
  });
  return told;
}

describe("a provider's file", () => {
  it("is left for another time while its host cannot be looked up", async () => {
    const failing = copied(() => Promise.reject(new Error("no resolver")));
    await expect(failing).rejects.toThrow("cannot be looked up");
  });

  it("of a host that leads inside is no result", async () => {
    expect(await copied(() => Promise.resolve(["10.0.0.1"]))).toEqual(["processing", "lost"]);
  });
});
