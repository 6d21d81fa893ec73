import { z } from "@hono/zod-openapi";
import { isPublicAddress } from "./public-address.ts";

/** Every IPv4 and IPv6 address of a name; none where it has none. Throws where that cannot be found out. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** What became of a look-up. Only `public` may be connected to; `unknown` may be another time. */
export type Lookup =
  | { readonly type: "public" }
  | { readonly type: "private"; readonly problem: string }
  | { readonly type: "nowhere"; readonly problem: string }
  | { readonly type: "unknown"; readonly problem: string };

/** The JSON form of a DNS answer, as public resolvers give it. */
const Answer = z.object({
  Status: z.int(),
  Answer: z.array(z.object({ type: z.int(), data: z.string() })).default([]),
});

const recordTypes = { A: 1, AAAA: 28 } as const;
const noSuchName = 3;
const answerWithin = 5_000;

/** Resolves by DNS over HTTPS, asking for A and AAAA at the same time. */
export function dnsOverHttps(resolver: {
  readonly url: string;
  readonly fetch: typeof fetch;
}): Resolve {
  const ask = async (name: string, type: keyof typeof recordTypes): Promise<string[]> => {
    const query = new URLSearchParams({ name, type });
    const response = await resolver.fetch(`${resolver.url}?${query.toString()}`, {
      headers: { accept: "application/dns-json" },
      redirect: "manual",
      signal: AbortSignal.timeout(answerWithin),
    });
    if (response.status !== 200) throw new Error(`the resolver answered ${response.status}`);
    const { Status: status, Answer: records } = Answer.parse(await response.json());
    if (status !== 0 && status !== noSuchName) throw new Error(`the resolver says ${status}`);
    return records.filter((record) => record.type === recordTypes[type]).map(({ data }) => data);
  };
  return async (name) => (await Promise.all([ask(name, "A"), ask(name, "AAAA")])).flat();
}

/** Whether a name leads to the public internet: it has addresses, and every one of them is public. */
export async function lookUp(resolve: Resolve, name: string): Promise<Lookup> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(name);
  } catch {
    return { type: "unknown", problem: "its host's addresses cannot be looked up" };
  }
  if (addresses.length === 0) return { type: "nowhere", problem: "its host has no address" };
  if (addresses.every(isPublicAddress)) return { type: "public" };
  return { type: "private", problem: "its host has an address that is not public" };
}
