import { describe, expect, it } from "vitest";
import { EditParameters } from "../../../schemas/edit.ts";
import { png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverManifest, deliverResult } from "../harness/container.ts";
import { parametersOf } from "./parameters.ts";
import { manifest } from "../../pure/account/fixtures.ts";

const small = png(640, 480);
type Fields = Record<string, string | Uint8Array<ArrayBuffer>>;

async function call(
  token: string,
  operation: string,
  fields: Fields,
  more: Record<string, string> = {},
): Promise<Response> {
  const { body, headers } = await api.formBody(fields);
  const path = `/v2beta/stable-image/edit/${operation}`;
  return api.send("POST", path, { token, body, headers: { ...headers, ...more } });
}

const pictures = { image: small, mask: small };
const json = { accept: "application/json" };

/** Erases and has the edit end meanwhile. */
async function during(
  end: (to: { account: string; edit: string }) => Promise<unknown>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { id: account, key } = await api.customer();
  const waiting = call(key, "erase", pictures, headers);
  await end({ account, edit: (await api.dispatched(key)).id });
  return waiting;
}

describe("an edit of Stability's", () => {
  it("answers with the picture, or with JSON where that is accepted", async () => {
    const bytes = await during(deliverResult);
    expect([bytes.status, bytes.headers.get("finish-reason"), bytes.headers.get("seed")]).toEqual([
      200,
      "SUCCESS",
      "7",
    ]);
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(small);
    const body = await (await during(deliverResult, json)).json<{ image: string }>();
    expect(body).toMatchObject({ finish_reason: "SUCCESS", seed: 7 });
    expect(Buffer.from(body.image, "base64")).toEqual(Buffer.from(small));
  });

  it("has its result by id, for its account alone", async () => {
    const { id: account, key: token } = await api.customer();
    const placed = await call(token, "erase", pictures, { prefer: "respond-async" });
    expect(placed.status).toBe(202);
    const { id } = await placed.json<{ id: string }>();
    const look = (reader: string) => api.send("GET", `/v2beta/results/${id}`, { token: reader });
    expect((await look(token)).status).toBe(202);
    await api.until(token, id, "starting");
    await deliverResult({ account, edit: id });
    expect((await look(token)).status).toBe(200);
    const other = await look((await api.customer()).key);
    expect([other.status, await other.json()]).toMatchObject([404, { name: "not_found" }]);
  });

  it("that is blocked is content moderation, and what only the container sees a bad request", async () => {
    const blocked = await during((to) =>
      deliverManifest(to, { outputs: manifest(to.edit, 1, 1, 1).outputs }),
    );
    expect([blocked.status, await blocked.json()]).toMatchObject([
      403,
      { name: "content_moderation" },
    ]);
    const empty = await during((to) => deliverFailure(to, "mask_empty"));
    expect([empty.status, await empty.json()]).toMatchObject([400, { name: "bad_request" }]);
  });

  it.each([
    ["erase", pictures, { mask_resize: true }],
    ["erase", { ...pictures, mask: png(480, 640), grow_mask: "5" }, { mask_resize: true, grow: 5 }],
    [
      "inpaint",
      { ...pictures, prompt: "a lawn", output_format: "webp", mask_mode: "alpha" },
      { mask_resize: true, prompt: "a lawn", output_format: "webp", mask_mode: "alpha" },
    ],
    [
      "outpaint",
      { image: small, left: "64", down: "0", feather: "8", output_format: "jpeg" },
      { left: 64, down: 0, feather: 8, output_format: "jpeg" },
    ],
  ] as [string, Fields, object][])(
    "%s of %j asks for %j, and nothing else",
    async (task, fields, asked) => {
      const { id: account, key } = await api.customer();
      const placed = await call(key, task, { ...fields, seed: "7" }, { prefer: "respond-async" });
      expect(placed.status).toBe(202);
      const { id } = await placed.json<{ id: string }>();
      const usual = EditParameters.parse({ task, seed: 7, sampler: "ddim" });
      const surface = { name: "stability" };
      expect(await parametersOf(account, id)).toEqual({ ...usual, ...asked, surface });
    },
  );

  it.each([
    ["inpaint", pictures, "prompt"],
    ["inpaint", { ...pictures, prompt: "a", grow_mask: "101" }, "grow_mask"],
    ["inpaint", { ...pictures, prompt: "a", style_preset: "anime" }, "style_preset"],
    ["erase", { image: small }, "mask"],
    ["erase", { ...pictures, image: "https://example.com/a.png" }, "image"],
    ["erase", { ...pictures, output_format: "gif" }, "output_format"],
    ["outpaint", { image: small }, "left"],
    ["outpaint", { image: small, up: "0" }, "left"],
    ["outpaint", { image: small, up: "2001" }, "up"],
    ["outpaint", { image: png(16_000, 40), right: "400", left: "400" }, "right"],
    ["outpaint", { ...pictures, up: "64" }, "mask"],
  ] as [string, Fields, string][])(
    "%s of %j is refused for its %s",
    async (operation, fields, field) => {
      const { key: token } = await api.customer();
      const answer = await call(token, operation, fields);
      expect(answer.status).toBe(400);
      const { name, errors } = await answer.json<{ name: string; errors: string[] }>();
      expect(name).toBe("bad_request");
      expect(errors[0]).toMatch(new RegExp(`^${field}: `));
    },
  );
});
