import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Account, Ledger } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { z } from "@hono/zod-openapi";
import type { EditList } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import {
  deliverFailure,
  deliverManifest,
  deliverResult,
  type Attempt,
} from "../harness/container.ts";
import { manifest } from "../../pure/account/fixtures.ts";

describe("an edit", () => {
  it("goes from the form to the result, is charged once, and its files are reached by signed URLs alone", async () => {
    const { id: account, key } = await api.customer();
    const created = await api.createEdit(key, {
      prompt: "a meadow",
      seed: "7",
      metadata: '{"order":"12"}',
    });
    expect(created.status).toBe(202);
    const edit = await created.json<Edit>();
    expect(edit).toMatchObject({
      status: "queued",
      price: { reserved: 6000, charged: 0 },
      metadata: { order: "12" },
    });
    expect(created.headers.get("location")).toBe(edit.urls.self);
    await api.until(key, edit.id, "starting");

    const image = api.containerUrl({ purpose: "input", method: "GET", account, edit: edit.id });
    const sent = await api.send("GET", image);
    expect(new Uint8Array(await sent.arrayBuffer())).toEqual(png(640, 480));

    await api.callback(account, edit.id, {
      status: "processing",
      logs: " 45%|####      | 9/20 [00:01<00:01, 9it/s]",
    });
    expect(await api.getEdit(key, edit.id)).toMatchObject({ status: "processing", progress: 0.45 });
    for (let again = 0; again < 3; again++) {
      expect((await deliverResult({ account, edit: edit.id })).status).toBe(200);
    }
    const finished = await api.getEdit(key, edit.id);
    expect(finished).toMatchObject({ status: "succeeded", progress: 1, price: { charged: 6000 } });
    const result = await api.send("GET", finished.outputs[0]?.url ?? "");
    expect(result.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await result.arrayBuffer())).toEqual(png(640, 480));

    const balance = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
    expect(balance.balance).toEqual({ available: 994_000, reserved: 0, unit: "microcredit" });
    const ledger = await api.send("GET", "/v1/account/ledger", { token: key });
    const kinds = (await ledger.json<z.infer<typeof Ledger>>()).data.map(({ kind }) => kind);
    expect(kinds).toEqual(["capture", "reserve", "grant"]);
  });

  it("takes JSON with a data: URI and an https URL", async () => {
    const { key } = await api.customer();
    const data = `data:image/png;base64,${Buffer.from(png(640, 480)).toString("base64")}`;
    const created = await api.send("POST", "/v1/edits", {
      token: key,
      json: { image: "https://pictures.example.org/640x480.png", mask: data, task: "erase" },
    });
    expect(created.status, await created.clone().text()).toBe(202);
  });

  it("takes uploads, which are PUT once", async () => {
    const { key } = await api.customer();
    const ids = [];
    for (let picture = 0; picture < 2; picture++) {
      const made = await api.send("POST", "/v1/uploads", { token: key });
      const { id, upload_url } = await made.json<{ id: string; upload_url: string }>();
      const stored = await api.put(upload_url, png(640, 480));
      expect(await stored.json()).toMatchObject({
        id,
        status: "complete",
        width: 640,
        height: 480,
      });
      expect((await api.put(upload_url, png(640, 480))).status).toBe(200);
      expect(await api.problemOf(await api.put(upload_url, png(64, 64)))).toMatchObject({
        code: "content_conflict",
      });
      ids.push(id);
    }
    const json = { image: ids[0], mask: ids[1] };
    expect((await api.send("POST", "/v1/edits", { token: key, json })).status).toBe(202);
  });

  it("is the same edit again for the same idempotency key, with nothing staged twice", async () => {
    const { id: account, key } = await api.customer();
    const first = await (await api.createEdit(key, {}, { "idempotency-key": "k1" })).json<Edit>();
    const again = await api.createEdit(key, {}, { "idempotency-key": "k1" });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await again.json<Edit>()).id).toBe(first.id);
    const { objects } = await env.BUCKET.list({ prefix: `inputs/${account}/` });
    expect(objects).toHaveLength(1);
    const other = await api.createEdit(key, { prompt: "x" }, { "idempotency-key": "k1" });
    expect(await api.problemOf(other)).toMatchObject({ code: "idempotency_key_reused" });
  });

  it("under Prefer: wait is answered when it has ended", async () => {
    const { id: account, key } = await api.customer();
    const waiting = api.createEdit(key, {}, { prefer: "wait=10" });
    const edit = await api.dispatched(key);
    await deliverResult({ account, edit: edit.id });
    const answered = await waiting;
    expect(answered.status).toBe(200);
    expect(await answered.json<Edit>()).toMatchObject({ id: edit.id, status: "succeeded" });
  });

  it("that only the container could refuse ends failed, uncharged, and is that problem to who waits", async () => {
    const { id: account, key } = await api.customer();
    const waiting = api.createEdit(key, {}, { prefer: "wait=10" });
    const edit = await api.dispatched(key);
    await deliverFailure({ account, edit: edit.id }, "mask_empty");
    expect(await api.problemOf(await waiting)).toMatchObject({ code: "mask_empty", status: 422 });
    expect(await api.getEdit(key, edit.id)).toMatchObject({
      status: "failed",
      price: { charged: 0 },
      error: { code: "mask_empty" },
    });
  });

  it("is tried again when its prediction fails, and the old attempt's late result still counts once", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    await api.callback(account, id, { status: "failed", error: "out of memory" });
    for (let look = 0; look < 1_000 && (await api.getEdit(key, id)).metrics.attempts < 2; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await deliverResult({ account, edit: id, attempt: 1 });
    await api.callback(account, id, { status: "processing" }, 2);
    expect(await api.getEdit(key, id)).toMatchObject({
      status: "succeeded",
      price: { charged: 6000 },
    });
  });

  it("shows the progress of its own newest attempt, as the last line of its log has it", async () => {
    const { id: account, key } = await api.customer();
    const [first, second] = [
      await (await api.createEdit(key)).json<Edit>(),
      await (await api.createEdit(key)).json<Edit>(),
    ];
    const tell = (edit: Edit, percent: number, attempt = 1) =>
      api.callback(
        account,
        edit.id,
        {
          status: "processing",
          logs: `warming up\n  5%|          | 1/20 [00:00<00:01, 9.00it/s]\n ${percent}%|####      | 9/20 [00:01<00:01, 9.00it/s]\n`,
        },
        attempt,
      );
    for (const { id } of [first, second]) await api.until(key, id, "starting");
    await tell(first, 45);
    await tell(second, 70);
    expect(await api.getEdit(key, first.id)).toMatchObject({ progress: 0.45 });
    expect(await api.getEdit(key, second.id)).toMatchObject({ progress: 0.7 });

    await api.callback(account, first.id, { status: "failed", error: "out of memory" });
    while ((await api.getEdit(key, first.id)).metrics.attempts < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await tell(first, 90);
    expect(await api.getEdit(key, first.id)).toMatchObject({ status: "starting", progress: 0 });
    await tell(first, 10, 2);
    expect(await api.getEdit(key, first.id)).toMatchObject({ progress: 0.1 });
    await tell(first, 95);
    expect(await api.getEdit(key, first.id)).toMatchObject({ progress: 0.1 });
  });

  it("with a blocked output succeeds, is charged for the others, and withholds that one", async () => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key, { n: "2" })).json<Edit>();
    await api.until(key, edit, "starting");
    const grant = { purpose: "output", method: "PUT", account, edit, index: 1 } as const;
    await api.put(api.containerUrl(grant), png(640, 480));
    await deliverManifest({ account, edit }, { outputs: manifest(edit, 1, 2, 1).outputs });
    const finished = await api.getEdit(key, edit);
    expect(finished).toMatchObject({
      status: "succeeded",
      price: { reserved: 12_000, charged: 6_000 },
      outputs: [{ url: null, url_expires_at: null, blocked: "output_blocked" }, { blocked: null }],
    });
    const delivered = finished.outputs[1]?.url ?? "";
    expect((await api.send("GET", delivered)).status).toBe(200);
    // Neither a guessed address nor a genuine one leads to a file.
    const guessed = await api.send("GET", delivered.replace("/1/1?", "/1/0?"));
    expect(await api.problemOf(guessed)).toMatchObject({ code: "url_signature_invalid" });
    const signed = api.containerUrl({ purpose: "result", method: "GET", account, edit });
    expect(await api.problemOf(await api.send("GET", signed))).toMatchObject({
      code: "output_gone",
      detail: expect.stringContaining("blocked"),
    });
    const balance = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
    expect(balance.balance).toMatchObject({ available: 994_000, reserved: 0 });
  });

  it.each([
    [
      "output_blocked",
      (to: Attempt) => deliverManifest(to, { outputs: manifest(to.edit, 1, 1, 1).outputs }),
    ],
    ["output_blocked", (to: Attempt) => deliverFailure(to, "output_blocked")],
    ["input_blocked", (to: Attempt) => deliverFailure(to, "input_blocked")],
  ] as const)("that ends as %s costs nothing and is not tried again", async (code, end) => {
    const { id: account, key } = await api.customer();
    const { id: edit } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, edit, "starting");
    await end({ account, edit });
    expect(await api.getEdit(key, edit)).toMatchObject({
      status: "failed",
      price: { charged: 0 },
      error: { code, status: 422 },
      metrics: { attempts: 1 },
    });
    const balance = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
    expect(balance.balance).toMatchObject({ available: 1_000_000, reserved: 0 });
  });

  it("is cancelled in any state, uncharged, and stays as it ended", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    const canceled = await api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
    expect(await canceled.json<Edit>()).toMatchObject({
      status: "canceled",
      price: { charged: 0 },
    });
    await deliverResult({ account, edit: id });
    const again = await api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
    expect(await again.json<Edit>()).toMatchObject({ status: "canceled" });
  });

  it("is deleted with every byte of it", async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    await deliverResult({ account, edit: id });
    const { outputs } = await api.getEdit(key, id);
    expect((await api.send("DELETE", `/v1/edits/${id}`, { token: key })).status).toBe(204);
    const { objects } = await env.BUCKET.list();
    expect(objects.filter((object) => object.key.includes(id))).toEqual([]);
    expect(
      await api.problemOf(await api.send("GET", `/v1/edits/${id}`, { token: key })),
    ).toMatchObject({ code: "edit_deleted" });
    expect(await api.problemOf(await api.send("GET", outputs[0]?.url ?? ""))).toMatchObject({
      code: "output_gone",
    });
  });

  it("is listed newest first, page by page, by status", async () => {
    const { key } = await api.customer();
    const made: string[] = [];
    for (let edit = 0; edit < 3; edit++)
      made.unshift((await (await api.createEdit(key)).json<Edit>()).id);
    const page = async (query: string) =>
      (await api.send("GET", `/v1/edits?${query}`, { token: key })).json<
        z.infer<typeof EditList>
      >();
    const first = await page("limit=2");
    expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await page(`limit=2&before=${first.next}`);
    expect(second).toMatchObject({ data: [{ id: made[2] }], next: null });
    expect((await page("status=succeeded")).data).toEqual([]);
  });

  it("of another account is not there", async () => {
    const [mine, other] = [await api.customer(), await api.customer()];
    const { id } = await (await api.createEdit(mine.key)).json<Edit>();
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/cancel"],
      ["DELETE", ""],
    ] as const) {
      const answer = await api.send(method, `/v1/edits/${id}${path}`, { token: other.key });
      expect(await api.problemOf(answer)).toMatchObject({ code: "edit_not_found" });
    }
  });
});
