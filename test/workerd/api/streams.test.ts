import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits } from "../../../schemas/limits.ts";
import { accountStub } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { jpeg } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { mintToken, tokenOf } from "../harness/clients.ts";
import { deliverResult } from "../harness/container.ts";
import { openStream, type Frame } from "../harness/streams.ts";

const sequences = (frames: readonly Frame[]) =>
  frames.filter(({ id }) => id !== null).map(({ id }) => Number(id));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

async function created(key: string): Promise<string> {
  return (await (await api.createEdit(key)).json<Edit>()).id;
}

/** How many sockets the account's object holds open. */
function readers(account: string): Promise<number> {
  return runInDurableObject(
    accountStub(env.ACCOUNT, account),
    (_object, state) => state.getWebSockets().filter((socket) => socket.readyState === 1).length,
  );
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let again = 0; again < 500; again++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come about");
}

describe("the stream of an edit", () => {
  it("tells every status with its sequence, progress and previews without one, and ends with the result", async () => {
    const { id: account, key } = await api.customer();
    const edit = await created(key);
    const stream = await openStream(key, `/v1/edits/${edit}/events`);
    expect(stream.response.headers.get("content-type")).toContain("text/event-stream");
    await api.until(key, edit, "starting");
    const logs = "50%|█████     | 5/10 [00:01<00:01, 5.00it/s]";
    await api.callback(account, edit, { status: "processing", logs: "" });
    expect(await stream.next()).toMatchObject({ id: "1", event: "edit.queued" });
    expect(await stream.next()).toMatchObject({ id: "2", event: "edit.starting" });
    expect(await stream.next()).toMatchObject({ id: "3", event: "edit.processing" });

    await api.callback(account, edit, { status: "processing", logs });
    expect(await stream.next()).toEqual({
      id: null,
      event: "progress",
      data: { object: "edit.progress", id: edit, progress: 0.5, queue_position: null },
    });
    const grant = { purpose: "preview", method: "PUT", account, edit } as const;
    const url = api.containerUrl({ ...grant, maxBytes: limits.previewBytes });
    await api.put(url, jpeg(64, 48), "image/jpeg");
    const preview = `${api.origin}/v1/edits/${edit}/preview`;
    expect(await stream.next()).toEqual({
      id: null,
      event: "preview",
      data: { object: "edit.preview", id: edit, url: preview },
    });

    await deliverResult({ account, edit });
    const rest = await stream.rest();
    expect(rest).toMatchObject([{ id: "4", event: "edit.succeeded" }]);
    const ended = rest[0]?.data as { data: Edit; sequence: number };
    expect(ended.sequence).toBe(4);
    expect(ended.data).toMatchObject({ id: edit, status: "succeeded" });
    expect(ended.data.outputs[0]?.url).toContain("/files/result/");
  });

  it("has only its own edit's events, and of an ended edit all of them at once", async () => {
    const { key } = await api.customer();
    const [one, other] = [await created(key), await created(key)];
    for (const id of [one, other]) await api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
    const stream = await openStream(key, `/v1/edits/${other}/events`);
    const frames = await stream.rest();
    expect(frames.at(0)?.event).toBe("edit.queued");
    expect(frames.at(-1)?.event).toBe("edit.canceled");
    for (const { data } of frames) expect(data).toMatchObject({ data: { id: other } });
  });

  it("answers 204 to a reader that knows the end, so that it comes no more", async () => {
    const { key } = await api.customer();
    const edit = await created(key);
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
    const path = `/v1/edits/${edit}/events`;
    const last = (await (await openStream(key, path)).rest()).at(-1)?.id ?? "";
    const again = await openStream(key, path, { "last-event-id": last });
    expect(again.response.status).toBe(204);
  });

  it("of which the events are not kept any more is refused with where the outcome is", async () => {
    const { id: account, key } = await api.customer();
    const edit = await created(key);
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
    await runInDurableObject(accountStub(env.ACCOUNT, account), (_object, state) => {
      state.storage.sql.exec("DELETE FROM events");
    });
    const { response } = await openStream(key, `/v1/edits/${edit}/events`);
    expect(response.status).toBe(410);
  });
});

describe("the stream of an edit, for an app,", () => {
  it("is open to its own end user, up to the end of the edit, and to no other", async () => {
    const { id: account, key } = await api.customer();
    const token = await mintToken(key);
    const { id } = await (await api.createEdit(token)).json<Edit>();
    await api.until(key, id, "starting");
    const path = `/v1/edits/${id}/events`;
    const stream = await openStream(token, path);
    await deliverResult({ account, edit: id });
    const frames = await stream.rest();
    expect(frames.at(-1)).toMatchObject({ event: "edit.succeeded", data: { data: { id } } });

    const refused = async (by: string, edit: string) =>
      (await api.problemOf(await api.send("GET", `/v1/edits/${edit}/events`, { token: by }))).code;
    expect(await refused(await mintToken(key, { end_user: "user-2" }), id)).toBe("edit_not_found");
    expect(await refused(token, await created(key))).toBe("edit_not_found");
  });

  it("ends with the token's time, and when the key that minted it is revoked", async () => {
    const customer = await api.customer();
    const short = tokenOf(customer, { expiresAt: Date.now() + 1_000 });
    const long = tokenOf(customer);
    const { id } = await (await api.createEdit(long)).json<Edit>();
    await api.until(customer.key, id, "starting");
    const path = `/v1/edits/${id}/events?after=2`;
    const [ending, open] = [await openStream(short, path), await openStream(long, path)];
    expect(await ending.rest()).toEqual([]);
    expect(await readers(customer.id)).toBe(1);
    await api.send("DELETE", `/v1/keys/${customer.keyId}`, { token: customer.key });
    expect(await open.rest()).toEqual([]);
  });
});

describe("the stream of an account", () => {
  it("that is cut again and again, while things happen, is resumed without an event lost or doubled", async () => {
    const { key } = await api.customer();
    const [edits, cuts] = [12, [0, 1, 2, 3, 1, 5, 0, 4, 2, 7]];
    const happening = (async () => {
      for (let made = 0; made < edits; made++) {
        const edit = await created(key);
        await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
      }
    })();
    const seen: Frame[] = [];
    const read = async (most: number) => {
      const last = seen.findLast(({ id }) => id !== null)?.id ?? "0";
      const stream = await openStream(key, "/v1/events", { "last-event-id": last });
      for (let frames = 0; frames < most; frames++) {
        const frame = await stream.next();
        if (frame === null) break;
        seen.push(frame);
      }
      await stream.cut();
    };
    for (const most of cuts) await read(most);
    await happening;
    const page = await api.send("GET", "/v1/events?after=latest", { token: key });
    const { next } = await page.json<{ next: number }>();
    while (sequences(seen).at(-1) !== next) await read(3);
    expect(next).toBeGreaterThanOrEqual(2 * edits);
    expect(sequences(seen)).toEqual(upTo(next));
  });

  it("goes on when the object has slept, and is resumed when the object was restarted", async () => {
    const { id, key } = await api.customer();
    const stub = accountStub(env.ACCOUNT, id);
    const stream = await openStream(key, "/v1/events?after=latest");
    await evictDurableObject(stub);
    await created(key);
    expect(await stream.next()).toMatchObject({ id: "1", event: "edit.queued" });
    await evictDurableObject(stub, { webSockets: "close" });
    await created(key);
    const seen = sequences(await stream.rest());
    const resumed = await openStream(key, "/v1/events", {
      "last-event-id": String(seen.at(-1) ?? 1),
    });
    const next = await resumed.next();
    expect(Number(next?.id)).toBe((seen.at(-1) ?? 1) + 1);
    await resumed.cut();
  });

  it("starts at the oldest event that is kept, after a sequence, or now", async () => {
    const { key } = await api.customer();
    const edit = await created(key);
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
    for (const [query, first] of [
      ["", 1],
      ["?after=1", 2],
    ] as const) {
      const stream = await openStream(key, `/v1/events${query}`);
      expect((await stream.next())?.id).toBe(String(first));
      await stream.cut();
    }
    const stream = await openStream(key, "/v1/events?after=latest");
    const other = await created(key);
    expect((await stream.next())?.data).toMatchObject({ data: { id: other } });
    await stream.cut();
  });

  it("ends at once when its key is revoked, and others go on", async () => {
    const { id: account, key, keyId } = await api.customer();
    const other = await api.send("POST", `/v1/admin/accounts/${account}/keys`, {
      token: api.adminSecret,
      json: { name: "other" },
    });
    const kept = (await other.json<{ key: string }>()).key;
    const path = "/v1/events?after=latest";
    const [stream, another] = [await openStream(key, path), await openStream(kept, path)];
    await api.send("DELETE", `/v1/admin/accounts/${account}/keys/${keyId}`, {
      token: api.adminSecret,
    });
    expect(await stream.rest()).toEqual([]);
    await created(kept);
    expect(await another.next()).toMatchObject({ event: "edit.queued" });
    await another.cut();
  });

  it("ends after its time, and nothing of it stays at the object", async () => {
    const { id, key } = await api.customer();
    const stream = await openStream(key, "/v1/events", {}, { STREAM_SECONDS: "0.2" });
    expect(await readers(id)).toBe(1);
    expect(await stream.rest()).toEqual([]);
    await until(async () => (await readers(id)) === 0);
  });

  it("ends when its account is deleted", async () => {
    const { id, key } = await api.customer();
    await created(key);
    const stream = await openStream(key, "/v1/events?after=latest");
    await api.send("DELETE", `/v1/admin/accounts/${id}`, { token: api.adminSecret });
    await stream.rest();
    const { response } = await openStream(key, "/v1/events");
    expect(response.status).toBe(401);
  });
});

describe("500 streams of one account", () => {
  it("are open at the same time, each gets every event once, and closing them frees the object", async () => {
    const { id, key } = await api.customer();
    const open = () => openStream(key, "/v1/events?after=latest");
    const streams = await Promise.all(Array.from({ length: 500 }, open));
    expect(await readers(id)).toBe(500);
    const edit = await created(key);
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: key });
    const seen = await Promise.all(
      streams.map(async (stream) => {
        const frames: Frame[] = [];
        while (frames.at(-1)?.event !== "edit.canceled") {
          const frame = await stream.next();
          if (frame === null) throw new Error("it ended early");
          frames.push(frame);
        }
        return sequences(frames);
      }),
    );
    const last = seen[0]?.at(-1) ?? 0;
    for (const one of seen) expect(one).toEqual(upTo(last));
    await Promise.all(streams.map((stream) => stream.cut()));
    await until(async () => (await readers(id)) === 0);
  });
});
