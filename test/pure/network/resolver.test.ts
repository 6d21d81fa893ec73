import { describe, expect, it } from "vitest";
import { dnsOverHttps, lookUp } from "../../../functions/network/resolver.ts";

const url = "https://resolver.example.org/dns-query";

/** A resolver that answers by script: the body for each record type, or a status. */
function scripted(answers: { A?: unknown; AAAA?: unknown; status?: number }) {
  const asked: string[] = [];
  const resolve = dnsOverHttps({
    url,
    fetch: async (input) => {
      const query = new URL(new Request(input).url).searchParams;
      asked.push(`${query.get("name") ?? ""} ${query.get("type") ?? ""}`);
      const body = query.get("type") === "A" ? answers.A : answers.AAAA;
      return Response.json(body ?? { Status: 0 }, { status: answers.status ?? 200 });
    },
  });
  return { resolve, asked };
}

const record = (type: number, data: string) => ({ name: "x", type, TTL: 60, data });

describe("DNS over HTTPS", () => {
  it("asks for both kinds of addresses and skips the aliases on the way", async () => {
    const { resolve, asked } = scripted({
      A: { Status: 0, Answer: [record(5, "y.example.org."), record(1, "8.8.8.8")] },
      AAAA: { Status: 0, Answer: [record(28, "2606:4700::1111")] },
    });
    expect(await resolve("hooks.example.org")).toEqual(["8.8.8.8", "2606:4700::1111"]);
    expect(asked.toSorted()).toEqual(["hooks.example.org A", "hooks.example.org AAAA"]);
  });

  it("finds no address of a name that there is not", async () => {
    const { resolve } = scripted({ A: { Status: 3 }, AAAA: { Status: 3 } });
    expect(await resolve("nobody.example.org")).toEqual([]);
  });

  it.each([
    ["a server failure", { A: { Status: 2 } }],
    ["a refusal in one kind alone", { A: { Status: 0 }, AAAA: { Status: 5 } }],
    ["an HTTP error", { status: 502 }],
    ["an answer of another shape", { A: { answer: [] } }],
  ])("throws at %s", async (_what, answers) => {
    await expect(scripted(answers).resolve("hooks.example.org")).rejects.toThrow();
  });
});

describe("a host", () => {
  const found = (...addresses: string[]) => lookUp(() => Promise.resolve(addresses), "x");

  it("is public where every address is", async () => {
    expect(await found("8.8.8.8", "2606:4700::1111")).toEqual({ type: "public" });
  });

  it("is private where one address is not public", async () => {
    expect(await found("8.8.8.8", "10.0.0.1")).toMatchObject({ type: "private" });
    expect(await found("8.8.8.8", "::1")).toMatchObject({ type: "private" });
    expect(await found("what is this")).toMatchObject({ type: "private" });
  });

  it("without an address or a look-up is never public", async () => {
    expect(await found()).toMatchObject({ type: "nowhere" });
    const failing = () => Promise.reject(new Error("no network"));
    expect(await lookUp(failing, "x")).toMatchObject({ type: "unknown" });
  });
});
