import { createHash, createPublicKey, verify } from "node:crypto";
import { ApiError, createFalClient, ValidationError } from "@fal-ai/client";
import { expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import type { RawRequest } from "../harness/receiver.ts";
import { costOf, download, expectKept, mask, photo, poorKey, type Running } from "./running.ts";

interface FalImages {
  readonly images: { readonly url: string }[];
  readonly seed: number;
}

/** What `@fal-ai/client` does with edits, through its proxy protocol. */
export function falSuite(running: () => Running): void {
  const client = (credentials = running().system.key) =>
    createFalClient({
      credentials,
      proxyUrl: { url: `${running().system.stack.url}/fal/proxy`, when: "always" },
    });
  const pictures = () => ({ image_url: photo(), mask_url: mask() });
  const refusalOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ApiError);
    return error as ApiError<{ detail: unknown }>;
  };

  it.each(["polling", "streaming"] as const)(
    "uploads its files, submits, and follows the queue by %s",
    async (mode) => {
      const { system } = running();
      const states: string[] = [];
      const lines: string[] = [];
      let data: FalImages | null = null;
      const cost = await costOf(system, async () => {
        const result = await client().subscribe("inlay/erase", {
          input: { ...pictures(), seed: 7, num_inference_steps: 10 },
          mode,
          logs: true,
          onQueueUpdate: (update) => {
            states.push(update.status);
            if ("logs" in update) lines.splice(0, Infinity, ...update.logs.map((l) => l.message));
          },
        });
        data = result.data as FalImages;
        expect(result.requestId).toMatch(/^edit_/);
      });
      expect(data).toMatchObject({ seed: 7, images: [{ width: 800, height: 450 }] });
      expectKept(await download((data as unknown as FalImages).images[0]?.url ?? ""));
      expect(states.at(-1)).toBe("COMPLETED");
      expect(lines).toContain("Using seed: 7");
      expect(lines).toContainEqual(expect.stringMatching(/^100%\|#+\| 10\/10$/));
      expect(lines.filter((line) => line === "Using seed: 7")).toHaveLength(1);
      expect(cost).toBe(4_000);
    },
  );

  it("runs without the queue", async () => {
    const input = { ...pictures(), num_inference_steps: 2 };
    const { data } = await client().run("inlay/erase", { input });
    expectKept(await download((data as FalImages).images[0]?.url ?? ""));
  });

  it("cancels a request once, and has no result of it", async () => {
    const fal = client();
    const input = { ...pictures(), num_inference_steps: 50 };
    const { request_id: requestId } = await fal.queue.submit("inlay/erase", { input });
    const early = await refusalOf(fal.queue.result("inlay/erase", { requestId }));
    expect(early).toMatchObject({ status: 400, body: { detail: "Request is still in progress" } });
    await fal.queue.cancel("inlay/erase", { requestId });
    expect(await fal.queue.status("inlay/erase", { requestId })).toMatchObject({
      status: "COMPLETED",
    });
    const again = await refusalOf(fal.queue.cancel("inlay/erase", { requestId }));
    expect(again).toMatchObject({ status: 400, body: { status: "ALREADY_COMPLETED" } });
    const gone = await refusalOf(fal.queue.result("inlay/erase", { requestId }));
    expect(gone).toMatchObject({ status: 400, body: { detail: /canceled/ } });
  });

  /** fal's recipe: four lines, the body's hash as the last, and every key of the set is tried. */
  async function isGenuine({ headers, body }: RawRequest): Promise<boolean> {
    const header = (name: string) => headers[`x-fal-webhook-${name}`] ?? "";
    const age = Math.abs(Date.now() / 1000 - Number(header("timestamp")));
    const message = [
      header("request-id"),
      header("user-id"),
      header("timestamp"),
      createHash("sha256").update(body).digest("hex"),
    ].join("\n");
    const url = `${running().system.stack.url}/fal/.well-known/jwks.json`;
    const { keys } = await (await fetch(url)).json<{ keys: { x: string }[] }>();
    const signature = Buffer.from(header("signature"), "hex");
    const verified = keys.some(({ x }) => {
      const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
      return verify(null, Buffer.from(message), key, signature);
    });
    return age <= 300 && verified;
  }

  it("hears of the result and of a failure by webhooks that fal's recipe verifies", async () => {
    const { receiver, system } = running();
    const fal = client();
    const submit = (mask_url: Blob) =>
      fal.queue.submit("inlay/erase", {
        input: { ...pictures(), mask_url, num_inference_steps: 2 },
        webhookUrl: receiver.url,
      });
    const good = await submit(mask());
    const bad = await submit(new Blob([greyPng(800, 450, 0)]));
    for (const [{ request_id }, told] of [
      [good, { status: "OK", payload: { images: [{ width: 800 }] } }],
      [bad, { status: "ERROR", payload: { detail: [{ type: "mask_empty" }] } }],
    ] as const) {
      const [request] = await receiver.requests(1, ({ body }) => body.includes(request_id));
      if (request === undefined) throw new Error("no webhook came");
      expect(JSON.parse(request.body)).toMatchObject({ request_id, ...told });
      expect(request.headers["x-fal-webhook-user-id"]).toBe(system.account);
      expect(await isGenuine(request)).toBe(true);
      expect(await isGenuine({ ...request, body: `${request.body} ` })).toBe(false);
    }
  });

  it("is told what is wrong, in the errors that it has for it", async () => {
    const fal = client();
    const submit = (app: string, input: object) => fal.queue.submit(app, { input });
    expect(
      await refusalOf(client("guess").queue.submit("inlay/erase", { input: {} })),
    ).toMatchObject({ status: 401 });
    const poor = client(await poorKey(running().system));
    const payment = poor.queue.submit("inlay/erase", { input: pictures() });
    expect(await refusalOf(payment)).toMatchObject({ status: 402 });
    expect(await refusalOf(submit("acme/painter", {}))).toMatchObject({ status: 404 });
    const many = await refusalOf(submit("inlay/erase", { ...pictures(), num_images: 9 }));
    expect(many).toBeInstanceOf(ValidationError);
    expect((many as ValidationError).getFieldErrors("num_images")).toHaveLength(1);
    const empty = { ...pictures(), mask_url: new Blob([greyPng(800, 450, 0)]) };
    const failed = await refusalOf(fal.subscribe("inlay/erase", { input: empty }));
    expect(failed).toMatchObject({ status: 422, body: { detail: [{ type: "mask_empty" }] } });
  });
}
