import Replicate, { parseProgressFromLogs, validateWebhook, type Prediction } from "replicate";
import { expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import { costOf, download, expectKept, mask, photo, poorKey, type Running } from "./running.ts";

/** What `replicate` does with edits. */
export function replicateSuite(running: () => Running): void {
  const client = (auth = running().system.key) =>
    new Replicate({ auth, baseUrl: `${running().system.stack.url}/v1` });

  it("runs an edit of files that it uploads itself, and waits for it", async () => {
    const { system } = running();
    const replicate = client();
    const seen: (number | undefined)[] = [];
    const run = () =>
      replicate.run(
        "inlay/erase",
        { input: { image: photo(), mask: mask(), seed: 7, num_inference_steps: 10 } },
        ({ logs }) => seen.push(parseProgressFromLogs(logs ?? "")?.current),
      );
    let output: unknown;
    const cost = await costOf(system, async () => {
      output = await run();
    });
    expect(output).toEqual([expect.stringContaining("/files/result/")]);
    expectKept(await download((output as string[])[0] ?? ""));
    expect(seen.at(-1)).toBe(10);
    expect(cost).toBe(4_000);
  });

  it("creates by version, polls the progress, lists, and cancels", async () => {
    const replicate = client();
    const file = await replicate.files.create(photo(), { album: "lawn" });
    expect(file).toMatchObject({ name: "photo.jpg", content_type: "image/jpeg" });
    expect(await replicate.files.get(file.id)).toEqual({ ...file });
    const spare = await replicate.files.create(mask());
    const listed = async () => (await replicate.files.list()).results.map(({ id }) => id);
    expect((await listed()).slice(0, 2)).toEqual([spare.id, file.id]);
    expect(await replicate.files.delete(spare.id)).toBe(true);
    expect((await listed())[0]).toBe(file.id);
    const input = { image: file.urls.get, mask: mask(), num_inference_steps: 50 };
    const created = await replicate.predictions.create({
      version: "95b7223104132402a9ae91cc677285bc5eb997834bd2349fa486f53910fd68b3",
      input,
    });
    expect(created).toMatchObject({
      model: "stability-ai/stable-diffusion-inpainting",
      status: "starting",
      input: { image: file.urls.get, num_inference_steps: 50 },
    });
    const progress = new Set<number>();
    const watched = await replicate.wait(created, { interval: 50 }, async (now) => {
      const step = parseProgressFromLogs(now)?.percentage;
      if (step !== undefined && step > 0 && step < 1) progress.add(step);
      return progress.size > 0;
    });
    expect(progress.size).toBeGreaterThan(0);
    expect(watched.status).toBe("processing");
    expect(await replicate.predictions.cancel(created.id)).toMatchObject({ status: "canceled" });
    expect(await replicate.wait(created, {})).toMatchObject({ status: "canceled", output: null });

    const pages: string[][] = [];
    for await (const page of replicate.paginate(() => replicate.predictions.list())) {
      pages.push(page.map(({ id }) => id));
    }
    expect(pages[0]?.[0]).toBe(created.id);
  });

  it("hears of the start and of the end, verified by its own verifier", async () => {
    const { receiver } = running();
    const replicate = client();
    const { key: secret } = await replicate.webhooks.default.secret.get();
    const created = await replicate.deployments.predictions.create("inlay", "erase", {
      input: { image: photo(), mask: mask(), num_inference_steps: 2 },
      webhook: receiver.url,
      webhook_events_filter: ["start", "completed"],
    });
    const sent = await receiver.requests(2, ({ body }) => body.includes(created.id));
    for (const { headers, body } of sent) {
      const request = {
        id: headers["webhook-id"] ?? "",
        timestamp: headers["webhook-timestamp"] ?? "",
        signature: headers["webhook-signature"] ?? "",
        secret,
      };
      expect(await validateWebhook({ ...request, body })).toBe(true);
      expect(await validateWebhook({ ...request, body: `${body} ` })).toBe(false);
    }
    const predictions = sent.map(({ body }) => JSON.parse(body) as Prediction);
    expect(predictions.map(({ status }) => status).toSorted()).toEqual(["processing", "succeeded"]);
    const succeeded = predictions.find(({ status }) => status === "succeeded");
    expect(succeeded).toMatchObject({ deployment: "inlay/erase", id: created.id });
    const [url = ""] = (succeeded?.output ?? []) as string[];
    expectKept(await download(url));
  });

  it("is told what is wrong: of the key, the model, the input, and what only the container sees", async () => {
    const replicate = client();
    const input = { image: photo(), mask: mask() };
    await expect(client("guess").predictions.list()).rejects.toThrow(/401 .*key_invalid/s);
    const poor = client(await poorKey(running().system));
    await expect(poor.run("inlay/erase", { input })).rejects.toThrow(/402 .*credits_insufficient/s);
    await expect(replicate.run("acme/painter", { input })).rejects.toThrow(/404 .*model_unknown/s);
    await expect(
      replicate.run("inlay/erase", { input: { ...input, num_outputs: 5 } }),
    ).rejects.toThrow(/422 .*num_outputs/s);
    await expect(
      replicate.run("inlay/erase", { input: { image: new Blob(["a text"]) } }),
    ).rejects.toThrow(/422 .*image_unreadable/s);
    const empty = new Blob([greyPng(800, 450, 0)]);
    const ended = replicate.run("inlay/erase", { input: { ...input, mask: empty } });
    await expect(ended).rejects.toThrow(/Prediction failed: mask_empty/);
  });
}
