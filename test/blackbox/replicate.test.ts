import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "./harness/compare.ts";
import { startReceiver, type Receiver } from "./harness/receiver.ts";
import { startReplicate, type ReplicateServer } from "./harness/replicate-server.ts";
import { credits, photograph, startSystem, type TestSystem } from "./harness/system.ts";
import { call } from "../../infra/local/customer.ts";

/** Of a model that is not an official one, Replicate creates predictions by its version alone. */
const version = "5".repeat(64);

let replicate: ReplicateServer;
let receiver: Receiver;
let system: TestSystem;

beforeAll(async () => {
  replicate = await startReplicate();
  receiver = await startReceiver();
  system = await startSystem({
    cog: false,
    variables: {
      PROVIDER: "replicate",
      REPLICATE_URL: replicate.url,
      REPLICATE_API_TOKEN: replicate.token,
      REPLICATE_WEBHOOK_SECRET: replicate.secret,
      REPLICATE_MODEL: `someone/inpainter:${version}`,
      POOL_SLOTS: "4",
    },
  });
  receiver.secret = await system.webhookSecret();
});

afterAll(async () => {
  await system?.stack.close();
  await receiver?.close();
  await replicate?.close();
});

/** The prediction that was started for an edit. */
async function predictionOf(edit: string, attempt = 1): Promise<string> {
  for (let look = 0; look < 300; look++) {
    for (const [id, { request }] of replicate.predictions) {
      if (request.input.edit === edit && request.input.attempt === attempt) return id;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no prediction was started for attempt ${attempt}`);
}

describe("an edit at Replicate", () => {
  it("ends with its files copied to R2; what comes twice or late changes nothing", async () => {
    const created = await system.edit({ webhook: receiver.url, task: "inpaint", prompt: "grass" });
    const prediction = await predictionOf(created.id);
    expect(replicate.predictions.get(prediction)?.request).toMatchObject({
      version,
      webhook_events_filter: ["start", "logs", "completed"],
      input: { prompt: "grass", n: 1 },
    });
    expect(replicate.creates.at(-1)).toMatchObject({
      path: "/v1/predictions",
      headers: { "cancel-after": expect.stringMatching(/^\d+s$/) },
    });

    expect(await replicate.report(prediction, "processing")).toEqual([200]);
    expect(await system.get(created.id)).toMatchObject({ status: "processing" });
    await replicate.run(prediction);
    expect(await replicate.report(prediction, "succeeded", 3)).toEqual([200, 200, 200]);
    const finished = await system.ended(created.id);
    expect(finished).toMatchObject({ status: "succeeded" });
    const price = created.price.reserved;

    // Late, repeated and contradicting news, all genuine.
    expect(await replicate.report(prediction, "processing")).toEqual([200]);
    expect(await replicate.report(prediction, "succeeded", 2)).toEqual([200, 200]);
    expect(await replicate.report(prediction, "failed")).toEqual([200]);
    replicate.forget();

    const after = await system.get(created.id);
    expect({ ...after, outputs: [] }).toEqual({ ...finished, outputs: [] });
    const result = compare(photograph.image, photograph.mask, await system.download(after));
    expect(result).toMatchObject({ kept_changed: 0, result_size: result.input_size });
    expect(result.masked_changed_share).toBeGreaterThan(0.9);
    expect(await system.ledger()).toEqual(["grant", "reserve", "capture"]);
    expect(await system.balance()).toMatchObject({ available: credits - price, reserved: 0 });

    await receiver.until("edit.succeeded");
    const ends = receiver.events.filter(({ event }) => event.type === "edit.succeeded");
    expect(new Set(ends.map(({ id }) => id)).size).toBe(1);
    expect(receiver.forged).toEqual([]);
  });

  it("takes no callback that another signed", async () => {
    const created = await system.edit();
    const prediction = await predictionOf(created.id);
    const forged = `whsec_${Buffer.from("not the secret of this deployment").toString("base64")}`;
    expect(await replicate.report(prediction, "failed", 1, forged)).toEqual([401]);
    expect(await system.get(created.id)).toMatchObject({ status: "starting" });
    await call(system.stack.url, system.key, "POST", `/v1/edits/${created.id}/cancel`);
  });

  it("whose prediction fails is tried again under another name, and cancelling stops it there", async () => {
    const created = await system.edit();
    await replicate.report(await predictionOf(created.id), "failed");
    const second = await predictionOf(created.id, 2);
    await call(system.stack.url, system.key, "POST", `/v1/edits/${created.id}/cancel`);
    for (
      let look = 0;
      look < 100 && replicate.predictions.get(second)?.status !== "canceled";
      look++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(replicate.predictions.get(second)?.status).toBe("canceled");
    expect(await system.get(created.id)).toMatchObject({
      status: "canceled",
      price: { charged: 0 },
    });
  });
});
