import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import { photograph } from "../harness/system.ts";
import {
  costOf,
  derivedFile,
  derivedPath,
  expectKept,
  mask,
  photo,
  type Running,
} from "./running.ts";

/** What callers of Stability's API do with edits; it has no client of its own. */
export function stabilitySuite(running: () => Running): void {
  async function call(
    operation: string,
    fields: Record<string, string | Blob>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { stack, key } = running().system;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return fetch(`${stack.url}/v2beta/stable-image/edit/${operation}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, accept: "image/*", ...headers },
      body: form,
    });
  }
  const pictures = () => ({ image: photo(), mask: mask() });

  it("erases and answers with the picture, its seed and its finish", async () => {
    const { system } = running();
    const cost = await costOf(system, async () => {
      const answer = await call("erase", { ...pictures(), seed: "7", output_format: "webp" });
      expect(answer.status).toBe(200);
      const { headers } = answer;
      expect([
        headers.get("content-type"),
        headers.get("seed"),
        headers.get("finish-reason"),
      ]).toEqual(["image/webp", "7", "SUCCESS"]);
      expectKept(new Uint8Array(await answer.arrayBuffer()));
    });
    expect(cost).toBe(6_000);
  });

  it("takes a mask of another size", async () => {
    const small = { image: photo(), mask: derivedFile("small"), seed: "7" };
    const answer = await call("erase", small);
    expect(answer.status).toBe(200);
    const marked = { image: photograph.image, mask: derivedPath("marked") };
    expectKept(new Uint8Array(await answer.arrayBuffer()), marked);
  });

  it("paints outward, and keeps the picture within", async () => {
    const answer = await call("outpaint", { image: photo(), left: "64", down: "32", seed: "7" });
    expect(answer.status).toBe(200);
    const wide = { image: derivedPath("wide"), mask: derivedPath("margins") };
    expectKept(new Uint8Array(await answer.arrayBuffer()), wide);
  });

  it("repaints and answers with JSON", async () => {
    const accept = "application/json";
    const answer = await call("inpaint", { ...pictures(), prompt: "a lawn" }, { accept });
    const body = await answer.json<{ image: string; finish_reason: string; seed: number }>();
    expect(body).toMatchObject({ finish_reason: "SUCCESS", seed: expect.any(Number) as number });
    expectKept(Buffer.from(body.image, "base64"));
  });

  it("answers with an id where the caller prefers it, whose result is there later", async () => {
    const { stack, key } = running().system;
    const placed = await call("erase", pictures(), { prefer: "respond-async" });
    expect(placed.status).toBe(202);
    const { id } = await placed.json<{ id: string }>();
    const headers = { authorization: `Bearer ${key}`, accept: "image/*" };
    const look = () => fetch(`${stack.url}/v2beta/results/${id}`, { headers });
    const first = await look();
    expect([first.status, await first.json()]).toEqual([202, { id, status: "in-progress" }]);
    await expect.poll(async () => (await look()).status, { timeout: 30_000 }).toBe(200);
    expectKept(new Uint8Array(await (await look()).arrayBuffer()));
  });

  it("is told what is wrong in Stability's envelope", async () => {
    const told = async (answer: Promise<Response>) => {
      const { status, json } = await answer.then(async (got) => ({
        status: got.status,
        json: await got.json<{ id: string; name: string; errors: string[] }>(),
      }));
      expect(json.id).not.toBe("");
      return `${status} ${json.name} ${json.errors.join("; ")}`;
    };
    const half = new Blob([readFileSync(photograph.image).subarray(0, 60_000)]);
    expect(await told(call("inpaint", pictures()))).toMatch(/^400 bad_request prompt: /);
    expect(await told(call("erase", { image: photo() }))).toMatch(/^400 bad_request mask: /);
    expect(await told(call("erase", { ...pictures(), grow_mask: "101" }))).toMatch(
      /^400 bad_request grow_mask: /,
    );
    expect(await told(call("outpaint", { image: photo() }))).toMatch(/^400 bad_request left: /);
    expect(await told(call("erase", { ...pictures(), image: half }))).toMatch(/^400 bad_request /);
    const empty = new Blob([greyPng(800, 450, 0)]);
    expect(await told(call("erase", { ...pictures(), mask: empty }))).toMatch(/^400 bad_request /);
    expect(await told(call("recolor", { prompt: "red" }))).toMatch(/^404 not_found /);
  });
}
