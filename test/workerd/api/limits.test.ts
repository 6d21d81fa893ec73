import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";

const policy = '"creates";q=3;w=60, "unfinished";q=2;qu="concurrent-requests"';

/** A customer with three creates a minute and two unfinished edits. */
async function limited(credits?: number): Promise<api.Customer> {
  const customer = await api.customer(credits);
  const path = `/v1/admin/accounts/${customer.id}/limits`;
  const json = { creates_per_minute: 3, unfinished_edits: 2 };
  const answer = await api.send("PUT", path, { token: api.adminSecret, json });
  expect(await answer.json()).toMatchObject({ limits: json });
  return customer;
}

const told = (answer: Response) => ({
  status: answer.status,
  policy: answer.headers.get("ratelimit-policy"),
  left: answer.headers.get("ratelimit")?.replaceAll(/;t=\d+/g, ""),
});

describe("the limits of an account", () => {
  it("are told with every create, accepted or refused, and are true", async () => {
    const { key } = await limited();
    const left = (creates: number, unfinished: number) =>
      `"creates";r=${creates}, "unfinished";r=${unfinished}`;
    const create = async () => told(await api.createEdit(key));
    expect(await create()).toEqual({ status: 202, policy, left: left(2, 1) });
    expect(await create()).toEqual({ status: 202, policy, left: left(1, 0) });
    expect(await create()).toEqual({ status: 429, policy, left: left(0, 0) });

    const tooFast = await api.createEdit(key);
    expect(told(tooFast)).toEqual({ status: 429, policy, left: left(0, 0) });
    expect(await api.problemOf(tooFast)).toMatchObject({ code: "creates_too_fast" });
    const wait = Number(tooFast.headers.get("retry-after"));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(20);
  });

  it("are told with what the edge refused, which takes nothing out of the rate", async () => {
    const { key } = await limited();
    for (let again = 0; again < 5; again++) {
      const json = { steps: "many" };
      const refused = await api.send("POST", "/v1/edits", { token: key, json });
      expect(told(refused)).toMatchObject({ status: 422, policy });
    }
    expect(told(await api.createEdit(key)).status).toBe(202);
  });

  it("count a staged request once, and a replay like any other request", async () => {
    const { key } = await limited();
    const again = { "idempotency-key": "order-12" };
    const left = async () => told(await api.createEdit(key, {}, again)).left;
    expect(await left()).toContain("r=2, ");
    expect(await left()).toContain("r=1, ");
    expect(await left()).toContain("r=0, ");
  });

  it("go back to the usual ones when the operator names none", async () => {
    const { id } = await limited();
    const path = `/v1/admin/accounts/${id}/limits`;
    const answer = await api.send("PUT", path, { token: api.adminSecret, json: {} });
    expect(await answer.json()).toMatchObject({
      limits: { creates_per_minute: 600, unfinished_edits: 200 },
    });
  });

  it("are no further call to the account", async () => {
    const { key } = await api.customer();
    const made = await api.send("POST", "/v1/uploads", { token: key });
    const { id, upload_url } = await made.json<{ id: string; upload_url: string }>();
    await api.put(upload_url, png(640, 480));
    const calls: string[] = [];
    const counting = {
      idFromName: (name: string) => env.ACCOUNT.idFromName(name),
      get: (object: DurableObjectId) =>
        new Proxy(env.ACCOUNT.get(object), {
          get: (stub, method) => {
            calls.push(String(method));
            const methods = stub as unknown as Record<PropertyKey, (...sent: unknown[]) => unknown>;
            return (...sent: unknown[]) => methods[method]?.(...sent);
          },
        }),
    };
    const json = { image: id, mask: id, prompt: "a door" };
    const answer = await api.send("POST", "/v1/edits", {
      token: key,
      json,
      environment: { ACCOUNT: counting },
    });
    expect(told(answer)).toMatchObject({ status: 202 });
    expect(calls.indexOf("accept")).toBe(0);
    expect(calls).not.toContain("limits");
  });
});
