import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  CreditsError,
  Inlay,
  RateLimitError,
  ServerError,
  type ApiError,
} from "../../../infra/client/index.ts";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly key: string | null;
}

/** A refusal as Inlay sends it. */
function refused(status: number, code: string, headers: Record<string, string> = {}): Response {
  const problem = { status, code, title: code, detail: `It is ${code}.`, type: "" };
  return Response.json(problem, { status, headers: { "x-request-id": "req-7", ...headers } });
}

const made = () => Response.json({ id: "edit_1", status: "queued" }, { status: 202 });

/** A client whose answers are scripted; null is a connection that fails. */
function scripted(...answers: (Response | null)[]) {
  const asked: Asked[] = [];
  const waits: number[] = [];
  const client = new Inlay({
    apiKey: "inlay_live_x",
    baseUrl: "https://inlay.example.com/",
    random: () => 0,
    sleep: async (ms) => void waits.push(ms),
    fetch: async (url, init) => {
      const headers = new Headers(init.headers);
      const method = init.method ?? "GET";
      asked.push({ method, url, key: headers.get("idempotency-key") });
      const answer = answers.shift();
      if (answer === undefined || answer === null) throw new TypeError("connection reset");
      return answer;
    },
  });
  return { client, asked, waits };
}

const parameters = { prompt: "grass", image: "upl_1", mask: "upl_2" };

describe("the client", () => {
  it("tries a create again after a lost connection, a 5xx and a 429, with one idempotency key for all", async () => {
    const { client, asked, waits } = scripted(
      null,
      refused(503, "unavailable", { "retry-after": "1" }),
      refused(429, "creates_too_fast", { "retry-after": "3" }),
      refused(409, "idempotency_in_progress", { "retry-after": "2" }),
      made(),
    );
    expect((await client.edits.create(parameters)).id).toBe("edit_1");
    expect(asked).toHaveLength(5);
    expect(asked[0]).toMatchObject({ method: "POST", url: "https://inlay.example.com/v1/edits" });
    expect(asked[0]?.key).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
    expect(waits).toEqual([500, 1_000, 3_000, 2_000]);
  });

  it("makes another key for another create, and takes the one that it is given", async () => {
    const { client, asked } = scripted(made(), made(), made());
    await client.edits.create(parameters);
    await client.edits.create(parameters);
    await client.edits.create(parameters, { idempotencyKey: "order-12" });
    expect(new Set(asked.map(({ key }) => key)).size).toBe(3);
    expect(asked[2]?.key).toBe("order-12");
  });

  it("waits longer each time where nobody says how long, and gives up after four retries", async () => {
    const { client, waits } = scripted(...Array.from({ length: 5 }, () => null));
    await expect(client.edits.get("edit_1")).rejects.toThrow(ConnectionError);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it.each([
    [402, "credits_insufficient", CreditsError],
    [422, "request_invalid", undefined],
    [409, "idempotency_key_reused", undefined],
  ] as const)("does not try a %i %s again", async (status, code, kind) => {
    const { client, asked } = scripted(refused(status, code));
    const error = await client.edits.create(parameters).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status, code, requestId: "req-7", message: `It is ${code}.` });
    if (kind !== undefined) expect(error).toBeInstanceOf(kind);
    expect(asked).toHaveLength(1);
  });

  it("says what stayed wrong after the retries, with the request's id", async () => {
    const many = (response: () => Response) => Array.from({ length: 5 }, response);
    const late = scripted(...many(() => refused(429, "edits_too_many", { "retry-after": "10" })));
    const error = await late.client.edits.create(parameters).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error as ApiError).toMatchObject({ retryAfter: 10, requestId: "req-7" });
    const broken = scripted(...many(() => new Response("<html>", { status: 502 })));
    await expect(broken.client.edits.cancel("edit_1")).rejects.toThrow(ServerError);
  });
});
