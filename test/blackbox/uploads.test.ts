import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, call, follow } from "../../infra/local/customer.ts";
import type { ClientToken } from "../../schemas/client-token.ts";
import type { Edit } from "../../schemas/edit.ts";
import type { Problem } from "../../schemas/problem.ts";
import type { Upload } from "../../schemas/upload.ts";
import { compare } from "./harness/compare.ts";
import { dropHalfway, phonePhoto, putFile } from "./harness/phone.ts";
import { startReceiver, type Receiver } from "./harness/receiver.ts";
import { photograph, startSystem, type TestSystem } from "./harness/system.ts";

/** Of a picture of 5.76 megapixels, with one step. */
const priceOfOne = 4_400;
const s3Key = { accessKeyId: "local-access-key", secretAccessKey: "local-secret-key" };
let system: TestSystem;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem({ s3Key });
  receiver.secret = await system.webhookSecret();
});

afterAll(async () => {
  await system?.stack.close();
  await receiver?.close();
});

const bytesOf = (path: string) => new Uint8Array(readFileSync(path));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A call with this token; of a problem, its code. */
async function ask<Answer>(token: string, method: string, path: string, body?: object) {
  return call<Answer>(system.stack.url, token, method, path, body);
}

async function refusalOf(asking: Promise<unknown>): Promise<string> {
  const error: unknown = await asking.catch((thrown: unknown) => thrown);
  if (error instanceof ApiError) return error.problem.code;
  throw new Error("it was not refused");
}

describe("a phone", () => {
  it("sends a photograph over a bad line with its backend's token, has it edited, and nothing beyond", async () => {
    const { image, mask } = phonePhoto();
    const photo = bytesOf(image);
    const mint = (end_user: string, spending_limit: number) =>
      ask<ClientToken>(system.key, "POST", "/v1/client-tokens", {
        ...{ end_user, spending_limit, tasks: ["erase"], webhook: receiver.url },
      });
    const { token: app } = await mint("user-1", priceOfOne);

    // The upload, in parts: one is dropped halfway, and the URLs expire before it is sent again.
    const announced = { method: "parts", bytes: photo.length, sha256: sha256(photo) };
    const upload = await ask<Upload>(app, "POST", "/v1/uploads", { ...announced, url_seconds: 1 });
    const pieces = upload.parts.map(({ number, bytes }) => {
      const from = (number - 1) * (upload.parts[0]?.bytes ?? 0);
      return photo.slice(from, from + bytes);
    });
    expect(pieces.length).toBeGreaterThan(1);
    const signed = await ask<Upload>(app, "POST", `/v1/uploads/${upload.id}/sign`);
    expect((await putFile(signed.parts[1]?.upload_url, pieces[1] ?? photo)).status).toBe(200);
    await dropHalfway(signed.parts[0]?.upload_url ?? "", pieces[0] ?? photo);
    let code = "";
    while (code !== "url_expired") {
      const late = await putFile(upload.parts[0]?.upload_url, photo.slice(0, 1));
      code = (await late.json<Problem>()).code;
    }
    const resumed = await ask<Upload>(app, "GET", `/v1/uploads/${upload.id}`);
    expect(resumed.parts.map(({ received }) => received)).toEqual([false, true]);
    expect(await refusalOf(ask(app, "POST", `/v1/uploads/${upload.id}/complete`))).toBe(
      "upload_incomplete",
    );
    for (const { number, received, upload_url } of resumed.parts) {
      if (!received)
        expect((await putFile(upload_url, pieces[number - 1] ?? photo)).status).toBe(200);
    }
    const complete = await ask<Upload>(app, "POST", `/v1/uploads/${upload.id}/complete`);
    expect(complete).toMatchObject({
      ...{ status: "complete", format: "jpeg", width: 3200, height: 1800, sha256: sha256(photo) },
    });

    // The mask, as one file-based PUT.
    const second = await ask<Upload>(app, "POST", "/v1/uploads");
    expect((await putFile(second.upload_url, bytesOf(mask))).status).toBe(200);

    // The edit: told to the backend, its output fetched by the app.
    const json = { task: "erase", steps: 1, seed: 7, image: upload.id, mask: second.id };
    const created = await ask<Edit>(app, "POST", "/v1/edits", json);
    const told = await receiver.until("edit.succeeded");
    expect(told.data).toMatchObject({ id: created.id, end_user: "user-1" });
    expect(receiver.forged).toEqual([]);
    const finished = await follow(system.stack.url, app, created.id, () => undefined);
    const result = compare(image, mask, await system.download(finished));
    expect(result).toMatchObject({ input_size: [3200, 1800], result_size: [3200, 1800] });
    expect(result.kept_changed).toBe(0);

    // Nothing beyond: no more money, nobody else's edits, nothing of the account.
    expect(finished.price.charged).toBe(priceOfOne);
    expect(await refusalOf(ask(app, "POST", "/v1/edits", json))).toBe("token_limit_reached");
    const { token: another } = await mint("user-2", 1_000_000);
    expect(await refusalOf(ask(another, "GET", `/v1/edits/${created.id}`))).toBe("edit_not_found");
    expect(await refusalOf(ask(another, "GET", `/v1/uploads/${upload.id}`))).toBe(
      "upload_not_found",
    );
    expect(await refusalOf(ask(app, "GET", "/v1/account"))).toBe("token_not_allowed");
    const again = (await mint("user-1", 0)).token;
    expect((await ask<Edit>(again, "GET", `/v1/edits/${created.id}`)).status).toBe("succeeded");
  });
});

describe("an upload straight into the bucket", () => {
  const photo = bytesOf(photograph.image);
  const announce = (token: string, fields: object = {}) =>
    ask<Upload>(token, "POST", "/v1/uploads", {
      ...{ method: "direct", bytes: photo.length, content_type: "image/jpeg" },
      ...fields,
    });

  it("takes the announced bytes once, and is complete when the Worker has read them", async () => {
    const upload = await announce(system.key);
    const { upload_url: url, upload_headers: headers } = upload;
    expect(url).toContain("X-Amz-Signature=");
    expect(headers).toEqual({ "content-type": "image/jpeg", "if-none-match": "*" });
    const complete = () => ask<Upload>(system.key, "POST", `/v1/uploads/${upload.id}/complete`);
    expect(await refusalOf(complete())).toBe("upload_incomplete");

    expect((await putFile(url, photo, headers ?? {})).status).toBe(200);
    expect(await complete()).toMatchObject({
      status: "complete",
      sha256: sha256(photo),
      format: "jpeg",
    });
    expect((await putFile(url, photo.toReversed(), headers ?? {})).status).toBe(412);
    expect(await complete()).toMatchObject({ sha256: sha256(photo) });

    const json = { task: "erase", steps: 1, image: upload.id, mask: upload.id };
    expect(await ask<Edit>(system.key, "POST", "/v1/edits", json)).toMatchObject({
      status: "queued",
    });
  });

  it("cannot be sent in another length or type, or without the condition that the key is free", async () => {
    const { upload_url: url, upload_headers: headers, id } = await announce(system.key);
    const refused = [
      await putFile(url, photo.slice(0, -1), headers ?? {}),
      await putFile(url, photo, { ...headers, "content-type": "text/html" }),
      await putFile(url, photo, { "content-type": "image/jpeg" }),
      await putFile(url?.replace(id, `${id}x`), photo, headers ?? {}),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const keys = await system.stack.edge().bucketKeys();
    expect(keys.filter((key) => key.includes(id))).toEqual([]);
  });

  it.each([
    ["no picture", {}, "image_unreadable"],
    ["another file than announced", { sha256: "0".repeat(64) }, "upload_mismatch"],
  ])("of %s is refused when it is completed, and leaves nothing", async (_name, fields, code) => {
    const { upload_url: url, upload_headers: headers, id } = await announce(system.key, fields);
    const sent = code === "image_unreadable" ? photo.toReversed() : photo;
    expect((await putFile(url, sent, headers ?? {})).status).toBe(200);
    const complete = ask(system.key, "POST", `/v1/uploads/${id}/complete`);
    expect(await refusalOf(complete)).toBe(code);
    const keys = await system.stack.edge().bucketKeys();
    expect(keys.filter((key) => key.includes(id))).toEqual([]);
  });
});

describe("a sender whose picture is refused", () => {
  /** A form with a picture of this many bytes, sent in pieces as forms are. */
  const form = (bytes: number, extra: Record<string, string> = {}) => {
    const sent = new FormData();
    for (const [name, value] of Object.entries(extra)) sent.set(name, value);
    sent.set("image", new File([new Uint8Array(bytes)], "photo.png"));
    return sent;
  };

  it.each([1_000, 500_000, 20_000_000])(
    "reads why, and keeps its connection, with %i bytes on their way",
    async (bytes) => {
      for (let time = 0; time < 20; time++) {
        const code = await refusalOf(ask("inlay_live_guess", "POST", "/v1/edits", form(bytes)));
        expect(code).toBe("key_invalid");
      }
      expect(await system.balance()).toBeDefined();
    },
  );

  it("reads why where a field before the picture was wrong already", async () => {
    const wrong = form(20_000_000, { task: "x".repeat(100_000) });
    for (let time = 0; time < 5; time++) {
      const code = await refusalOf(ask(system.key, "POST", "/v1/edits", wrong));
      expect(code).toBe("request_malformed");
    }
  });
});
