import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../schemas/account.ts";
import { ascii, gif, jpeg, png, webpExtended } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";

const svg = ascii('<svg xmlns="http://www.w3.org/2000/svg"/>');
const picture = "https://pictures.example.org/640x480.png";
type Fields = Record<string, string | Uint8Array<ArrayBuffer>>;

/** What a multipart request may get wrong, with the code and the field that the answer points at. */
const forms: [sentence: string, fields: Fields, code: string, pointer: string][] = [
  ["an unknown field", { colour: "red" }, "request_invalid", "/colour"],
  ["a word for a number", { steps: "many" }, "request_invalid", "/steps"],
  ["an empty number", { seed: "" }, "request_invalid", "/seed"],
  ["too many outputs", { n: "5" }, "request_invalid", "/n"],
  ["an unknown task", { task: "paint" }, "request_invalid", "/task"],
  ["an unknown output format", { output_format: "tiff" }, "request_invalid", "/output_format"],
  ["a word for true", { mask_resize: "yes" }, "request_invalid", "/mask_resize"],
  ["an unknown mask mode", { mask_mode: "grey" }, "request_invalid", "/mask_mode"],
  ["a mask that grows too far", { grow: "257" }, "request_invalid", "/grow"],
  ["margins beside a mask", { left: "10" }, "request_invalid", "/left"],
  ["a quality of PNG", { quality: "90" }, "request_invalid", "/quality"],
  [
    "a mask that fits the picture as it is stored",
    { image: jpeg(640, 480, { orientation: 6 }), mask: png(640, 480), mask_resize: "true" },
    "mask_orientation_mismatch",
    "/mask",
  ],
  ["metadata that is no object", { metadata: "12" }, "request_invalid", "/metadata"],
  ["a webhook that is no URL", { webhook: "here" }, "webhook_url_not_allowed", "/webhook"],
  [
    "a webhook on this machine",
    { webhook: "http://127.0.0.1:9/" },
    "webhook_url_not_allowed",
    "/webhook",
  ],
  ["a mask of another size", { mask: png(320, 240) }, "mask_size_mismatch", "/mask"],
  [
    "a file that ends in its header",
    { image: png(640, 480).slice(0, 20) },
    "image_unreadable",
    "/image",
  ],
  ["a text file named .png", { image: ascii("hello") }, "image_unreadable", "/image"],
  ["an SVG", { image: svg }, "image_format_unsupported", "/image"],
  ["a GIF as mask", { mask: gif }, "image_format_unsupported", "/mask"],
  ["an animated PNG", { image: png(640, 480, { animated: true }) }, "image_animated", "/image"],
  [
    "an animated WebP",
    { image: webpExtended(640, 480, { animated: true }) },
    "image_animated",
    "/image",
  ],
  [
    "30,000 x 30,000 declared pixels",
    { image: png(30_000, 30_000) },
    "image_side_too_long",
    "/image",
  ],
  ["an empty file", { image: new Uint8Array() }, "image_unreadable", "/image"],
];

const bodies: [sentence: string, body: object, code: string, pointer: string][] = [
  ["an unknown field", { image: picture, mask: picture, colour: 1 }, "request_invalid", "/colour"],
  [
    "a text for a number",
    { image: picture, mask: picture, steps: "9" },
    "request_invalid",
    "/steps",
  ],
  ["a missing mask", { image: picture }, "mask_missing", "/mask"],
  ["a missing image", { mask: picture }, "image_missing", "/image"],
  ["a number for an image", { image: 7, mask: picture }, "request_invalid", "/image"],
  [
    "an http image",
    { image: "http://pictures.example.org/a.png", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "a private address",
    { image: "https://192.168.0.1/a.png", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "this machine by a number",
    { image: "https://2130706433/", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "the metadata service",
    { image: "https://169.254.169.254/latest", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "a redirect to a private address",
    { image: "https://pictures.example.org/inward", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "a public name of a private address",
    { image: "https://inward.example.org/a.png", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "a redirect to such a name",
    { image: "https://pictures.example.org/inward-name", mask: picture },
    "image_url_not_allowed",
    "/image",
  ],
  [
    "a redirect to a name that cannot be looked up",
    { image: "https://pictures.example.org/broken-name", mask: picture },
    "image_url_unresolved",
    "/image",
  ],
  [
    "a redirect without end",
    { image: "https://pictures.example.org/circle", mask: picture },
    "image_url_unreachable",
    "/image",
  ],
  [
    "a name without an address",
    { image: "https://nowhere.example.org/a.png", mask: picture },
    "image_url_unreachable",
    "/image",
  ],
  [
    "a page instead of a picture",
    { image: "https://pictures.example.org/page", mask: picture },
    "image_unreadable",
    "/image",
  ],
  [
    "a data: URI that is none",
    { image: "data:nonsense", mask: picture },
    "image_data_invalid",
    "/image",
  ],
  [
    "an upload that is not there",
    { image: `upl_${"0".repeat(26)}`, mask: picture },
    "upload_unusable",
    "/image",
  ],
];

/** The refusal of a request that changed nothing: no credit is held, no file is left, no edit is listed. */
async function refusedWithoutTrace(ask: (key: string) => Promise<Response>) {
  const { id, key } = await api.customer();
  const problem = await api.problemOf(await ask(key));
  const { balance } = await (await api.send("GET", "/v1/account", { token: key })).json<Account>();
  expect(balance).toMatchObject({ available: 1_000_000, reserved: 0 });
  expect((await env.BUCKET.list({ prefix: `inputs/${id}/` })).objects).toEqual([]);
  const edits = await (await api.send("GET", "/v1/edits", { token: key })).json();
  expect(edits).toMatchObject({ data: [] });
  return problem;
}

describe("a form with", () => {
  it.each(forms)(
    "%s is refused with a pointer, and leaves nothing",
    async (_sentence, fields, code, pointer) => {
      const problem = await refusedWithoutTrace((key) => api.createEdit(key, fields));
      expect(problem).toMatchObject({ code, errors: [{ pointer }] });
    },
  );

  it("a mask field twice is refused", async () => {
    const form = new FormData();
    for (const name of ["image", "mask", "mask"])
      form.append(name, new Blob([png(640, 480)]), "a.png");
    const encoded = new Response(form);
    const body = await encoded.arrayBuffer();
    const problem = await refusedWithoutTrace((token) =>
      api.send("POST", "/v1/edits", {
        token,
        body,
        headers: {
          "content-type": encoded.headers.get("content-type") ?? "",
          "content-length": String(body.byteLength),
        },
      }),
    );
    expect(problem).toMatchObject({ code: "request_invalid", errors: [{ pointer: "/mask" }] });
  });

  it.each([
    ["no boundary", "multipart/form-data", "x"],
    ["a body that is no form", "multipart/form-data; boundary=b", "x"],
    [
      "a body that breaks off",
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nabc',
    ],
  ])("%s is malformed", async (_sentence, type, body) => {
    const headers = { "content-type": type, "content-length": String(body.length) };
    const problem = await refusedWithoutTrace((token) =>
      api.send("POST", "/v1/edits", { token, body, headers }),
    );
    expect(problem).toMatchObject({ code: "request_malformed" });
  });
});

describe("a JSON body with", () => {
  it.each(bodies)(
    "%s is refused with a pointer, and leaves nothing",
    async (_sentence, json, code, pointer) => {
      const problem = await refusedWithoutTrace((token) =>
        api.send("POST", "/v1/edits", { token, json }),
      );
      expect(problem).toMatchObject({ code, errors: [{ pointer }] });
    },
  );

  it.each([[null], [[]], ["text"], [7]])("%j for an object is refused", async (json) => {
    const problem = await refusedWithoutTrace((token) =>
      api.send("POST", "/v1/edits", { token, json }),
    );
    expect(problem.status).toBe(422);
  });

  it("more than a mebibyte is refused", async () => {
    const problem = await refusedWithoutTrace((token) =>
      api.send("POST", "/v1/edits", { token, json: { image: "x".repeat(1024 * 1024) } }),
    );
    expect(problem).toMatchObject({ code: "body_too_large" });
  });
});

describe("a refused request", () => {
  it("lets its idempotency key go, so that the mended request may use it", async () => {
    const { key } = await api.customer();
    const header = { "idempotency-key": "order-12" };
    expect((await api.createEdit(key, { mask: png(1, 1) }, header)).status).toBe(422);
    expect((await api.createEdit(key, {}, header)).status).toBe(202);
  });
});
