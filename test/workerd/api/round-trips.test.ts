import { describe, expect, it } from "vitest";
import type { Edit } from "../../../schemas/edit.ts";
import type { Upload } from "../../../schemas/upload.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverResult, putManifest } from "../harness/container.ts";
import { within } from "../harness/round-trips.ts";

/** The id of a picture that was sent ahead. */
async function uploaded(key: string): Promise<string> {
  const made = await api.send("POST", "/v1/uploads", { token: key });
  const { id, upload_url } = await made.json<Upload>();
  await api.put(upload_url ?? "", png(640, 480));
  return id;
}

async function startedEdit() {
  const { id: account, key } = await api.customer();
  const { id: edit } = await (await api.createEdit(key)).json<Edit>();
  await api.until(key, edit, "starting");
  return { account, key, edit };
}

/** Sends a request that has to be answered with this status after exactly these calls on the bindings. */
async function expectRoundTrips(
  budget: readonly string[],
  status: number,
  send: () => Promise<Response>,
): Promise<Response> {
  const { answer, ...calls } = await within(budget, send);
  if (answer.status !== status) throw new Error(`${answer.status}: ${await answer.text()}`);
  expect(calls).toEqual({ made: budget, awaited: [] });
  return answer;
}

describe("the answer", () => {
  it("to a create with upload ids waits for one call of the account, and nothing else", async () => {
    const { key } = await api.customer();
    const json = { image: await uploaded(key), mask: await uploaded(key), prompt: "a meadow" };
    const send = () =>
      api.send("POST", "/v1/edits", {
        token: key,
        json,
        headers: { "idempotency-key": "order-1" },
      });
    const created = await expectRoundTrips(["ACCOUNT.accept"], 202, send);
    const { id } = await created.json<Edit>();
    const again = await expectRoundTrips(["ACCOUNT.accept"], 202, send);
    expect(await again.json<Edit>()).toMatchObject({ id });
    // What was held back is done once the answer is there.
    expect(await api.until(key, id, "starting")).toMatchObject({ id });
  });

  it("to a multipart create waits for two calls of the account and one put", async () => {
    const { key } = await api.customer();
    const budget = ["ACCOUNT.authorize", "BUCKET.put", "ACCOUNT.accept"];
    const created = await expectRoundTrips(budget, 202, () => api.createEdit(key));
    const { id } = await created.json<Edit>();
    expect(await api.until(key, id, "starting")).toMatchObject({ id });
  });

  it("to a GET of an edit waits for one call", async () => {
    const { key, edit } = await startedEdit();
    await expectRoundTrips(["ACCOUNT.edit"], 200, () =>
      api.send("GET", `/v1/edits/${edit}`, { token: key }),
    );
  });

  it("to a download of an output asks the bucket alone", async () => {
    const { account, key, edit } = await startedEdit();
    await deliverResult({ account, edit });
    const { outputs } = await api.getEdit(key, edit);
    const download = await expectRoundTrips(["BUCKET.get"], 200, () =>
      api.send("GET", outputs[0]?.url ?? ""),
    );
    expect(new Uint8Array(await download.arrayBuffer())).toEqual(png(640, 480));
  });

  it("to a callback waits for one call of the account, after the manifest where there has to be one", async () => {
    const { account, key, edit } = await startedEdit();
    await expectRoundTrips(["ACCOUNT.report"], 200, () =>
      api.callback(account, edit, { status: "processing", logs: "" }),
    );
    await putManifest({ account, edit });
    await expectRoundTrips(["BUCKET.get", "ACCOUNT.report"], 200, () =>
      api.callback(account, edit, { status: "succeeded", output: "succeeded" }),
    );
    expect(await api.getEdit(key, edit)).toMatchObject({ status: "succeeded" });
  });

  it("gives away a call that it waits for beyond its budget", async () => {
    const { key } = await api.customer();
    const budget = ["ACCOUNT.authorize", "ACCOUNT.accept"];
    const { made, awaited } = await within(budget, () => api.createEdit(key), 200);
    expect(made).toEqual(budget);
    expect(awaited).toContain("BUCKET.put");
  });
});
