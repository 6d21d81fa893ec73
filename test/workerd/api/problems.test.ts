import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashApiKey } from "../../../functions/keys/api-key.ts";
import { accountStub } from "../../../functions/services.ts";
import type { Edit } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import { maxEndpoints } from "../../../schemas/webhook-endpoint.ts";
import { problemCatalogue, type ProblemCode } from "../../../schemas/problem-catalogue.ts";
import { profiles } from "../../../schemas/profile.ts";
import { ascii, gif, jpeg, png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import { deliverFailure, deliverManifest } from "../harness/container.ts";
import { accountProvocations } from "./account-problems.ts";
import { clientProvocations } from "./client-problems.ts";
import { surfaceProvocations } from "./surface-problems.ts";
import { manifest } from "../../pure/account/fixtures.ts";

const small = png(640, 480);
const picture = "https://pictures.example.org/640x480.png";

/** Asks for an edit of these pictures, by a fresh customer. */
async function edit(fields: Record<string, string | Uint8Array<ArrayBuffer>>): Promise<Response> {
  return api.createEdit((await api.customer()).key, fields);
}

/** Asks for an edit by JSON. */
async function editByJson(json: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return api.send("POST", "/v1/edits", { token: (await api.customer()).key, json, headers });
}

/** Asks and waits; `end` has the edit end meanwhile. */
async function ended(
  end: (to: { account: string; edit: string }) => Promise<unknown>,
): Promise<Response> {
  const { id: account, key } = await api.customer();
  const waiting = api.createEdit(key, {}, { prefer: "wait=20" });
  const { id } = await api.dispatched(key);
  await end({ account, edit: id });
  return waiting;
}

/** An account's own request with an environment that differs. */
async function within(changes: object): Promise<Response> {
  const { key } = await api.customer();
  return api.send("GET", "/v1/account", { token: key, environment: changes });
}

/** A namespace whose objects cannot be reached. */
function unreachable(error: Error): object {
  return {
    ACCOUNT: { idFromName: () => ({}), get: () => ({ account: () => Promise.reject(error) }) },
  };
}

async function twiceWithKey(second: Record<string, string>): Promise<Response> {
  const { key } = await api.customer();
  await api.createEdit(key, {}, { "idempotency-key": "order-12" });
  return api.createEdit(key, second, { "idempotency-key": "order-12" });
}

async function admin(method: string, path: string, json?: unknown): Promise<Response> {
  return api.send(method, `/v1/admin/accounts${path}`, { token: api.adminSecret, json });
}

async function upload(
  bytes: Uint8Array<ArrayBuffer>,
  before?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const made = await api.send("POST", "/v1/uploads", { token: (await api.customer()).key });
  const { upload_url } = await made.json<{ upload_url: string }>();
  if (before !== undefined) await api.put(upload_url, before);
  return api.put(upload_url, bytes);
}

async function createEndpoint(token: string): Promise<Response> {
  const json = { url: "https://hooks.example.org/204/problems" };
  return api.send("POST", "/v1/webhook-endpoints", { token, json });
}

const nowhere = { account: "u", edit: "edit_0" } as const;

/** How each code of the catalogue is met over HTTP. The type sees to it that none is left out. */
const provocations: Record<ProblemCode, () => Promise<Response>> = {
  ...accountProvocations,
  ...clientProvocations,
  ...surfaceProvocations,
  request_malformed: async () =>
    api.send("POST", "/v1/edits", {
      token: (await api.customer()).key,
      body: "{not json",
      headers: { "content-type": "application/json" },
    }),
  request_invalid: () => edit({ steps: "many" }),
  content_type_unsupported: async () =>
    api.send("POST", "/v1/edits", {
      token: (await api.customer()).key,
      body: "image",
      headers: { "content-type": "text/plain" },
    }),
  length_required: async () => {
    const { body, headers } = await api.formBody({ image: small, mask: small });
    return api.send("POST", "/v1/edits", {
      token: (await api.customer()).key,
      // A stream is sent in chunks, of no declared length.
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(body));
          controller.close();
        },
      }),
      headers: { "content-type": headers["content-type"] ?? "" },
    });
  },
  body_too_large: async () => {
    const { body, headers } = await api.formBody({ image: small, mask: small });
    return api.send("POST", "/v1/edits", {
      token: (await api.customer()).key,
      body,
      headers: { ...headers, "content-length": "100000000" },
    });
  },
  route_unknown: () => api.send("GET", "/v1/picture"),
  method_not_allowed: () => api.send("PATCH", "/v1/edits"),

  key_missing: () => api.send("GET", "/v1/account"),
  key_invalid: async () => {
    const { key } = await api.customer();
    return api.send("GET", "/v1/account", {
      token: `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`,
    });
  },
  key_revoked: async () => {
    const { id, key, keyId } = await api.customer();
    await admin("DELETE", `/${id}/keys/${keyId}`);
    return api.send("GET", "/v1/account", { token: key });
  },
  admin_secret_invalid: () => api.send("POST", "/v1/admin/accounts", { token: "guess", json: {} }),
  account_not_found: () => admin("GET", "/u000000000000000000000000"),
  key_not_found: async () => admin("DELETE", `/${(await api.customer()).id}/keys/key_0`),
  url_signature_invalid: async () => {
    const url = api.containerUrl({ ...nowhere, purpose: "result", method: "GET" });
    return api.send("GET", url.replace("edit_0", "edit_1"));
  },
  url_expired: () =>
    api.send(
      "GET",
      api.containerUrl({ ...nowhere, purpose: "result", method: "GET", exp: 1_000_000_000 }),
    ),
  callback_unauthenticated: () => api.callback("u", "edit_0", { status: "succeeded" }, 1, "guess"),

  idempotency_key_invalid: async () =>
    api.createEdit((await api.customer()).key, {}, { "idempotency-key": "two words" }),
  idempotency_key_reused: () => twiceWithKey({ prompt: "another" }),
  idempotency_in_progress: async () => {
    const { id, key } = await api.customer();
    await accountStub(env.ACCOUNT, id).authorize(hashApiKey(key), "edit_0", "order-12");
    return api.createEdit(key, {}, { "idempotency-key": "order-12" });
  },
  credits_insufficient: async () => api.createEdit((await api.customer(5_999)).key),
  edits_too_many: async () => {
    const { id, key } = await api.customer();
    await api.createEdit(key);
    await runInDurableObject(accountStub(env.ACCOUNT, id), (_account, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO edits SELECT id || i, 'queued', origin, parameters, inputs, profile, unit_price,
           reserved, charged, attempt, counted, lease_until, NULL, dispatches, deadline, created_at,
           started_at, completed_at, result, error, purge_at, purged_at, deleted_at, end_user, token FROM edits, n`,
      );
    });
    return api.createEdit(key);
  },

  task_not_in_profile: () => editByJson({ task: "text_to_image", prompt: "a cat" }),
  sampler_not_in_profile: () => edit({ sampler: "lcm" }),

  image_missing: () => editByJson({ mask: picture }),
  mask_missing: () => editByJson({ image: picture }),
  example_missing: async () => {
    const json = { task: "paint_by_example", image: picture, mask: picture };
    const token = (await api.customer()).key;
    return api.send("POST", "/v1/edits", { token, json, environment: { PROFILE: "sd15" } });
  },
  image_unreadable: () => edit({ image: ascii("a text file") }),
  image_format_unsupported: () => edit({ image: gif }),
  image_animated: () => edit({ image: png(640, 480, { animated: true }) }),
  image_too_small: () => edit({ image: png(8, 480) }),
  image_side_too_long: () => edit({ image: png(30_000, 30_000) }),
  image_too_many_pixels: () => edit({ image: jpeg(8_000, 8_000) }),
  image_too_large: () => edit({ image: new Uint8Array(limits.imageBytes + 1) }),
  image_data_invalid: () => editByJson({ image: "data:image/png;base64,%%%", mask: "data:," }),
  image_url_not_allowed: () => editByJson({ image: "https://10.0.0.1/a.png", mask: "data:," }),
  image_url_unresolved: () => editByJson({ image: "https://broken.example.org/a.png", mask: "x" }),
  image_url_unreachable: () =>
    editByJson({ image: "https://pictures.example.org/missing.png", mask: "data:," }),
  mask_size_mismatch: () => edit({ mask: png(480, 640) }),
  mask_orientation_mismatch: () =>
    edit({ image: jpeg(640, 480, { orientation: 6 }), mask: png(640, 480) }),
  upload_not_found: async () =>
    api.send("GET", "/v1/uploads/upl_0", { token: (await api.customer()).key }),
  upload_unusable: async () => {
    const { key } = await api.customer();
    const made = await api.send("POST", "/v1/uploads", { token: key });
    const { id } = await made.json<{ id: string }>();
    return api.send("POST", "/v1/edits", { token: key, json: { image: id, mask: id } });
  },
  content_conflict: () => upload(png(64, 64), small),
  webhook_url_not_allowed: () => edit({ webhook: "https://127.0.0.1/hook" }),

  webhook_endpoint_not_found: async () =>
    api.send("GET", "/v1/webhook-endpoints/whe_0", { token: (await api.customer()).key }),
  webhook_endpoints_too_many: async () => {
    const { key } = await api.customer();
    for (let made = 0; made < maxEndpoints; made++) await createEndpoint(key);
    return createEndpoint(key);
  },
  webhook_endpoint_disabled: async () => {
    const { key } = await api.customer();
    const { id } = await (await createEndpoint(key)).json<{ id: string }>();
    const json = { status: "disabled" };
    await api.send("PATCH", `/v1/webhook-endpoints/${id}`, { token: key, json });
    return api.send("POST", `/v1/webhook-endpoints/${id}/test`, { token: key });
  },
  delivery_not_found: async () =>
    api.send("GET", "/v1/deliveries/dlv_0", { token: (await api.customer()).key }),
  delivery_payload_gone: async () => {
    const { id: account, key } = await api.customer();
    const { id } = await (await createEndpoint(key)).json<{ id: string }>();
    const sent = await api.send("POST", `/v1/webhook-endpoints/${id}/test`, { token: key });
    const delivery = await sent.json<{ id: string }>();
    await runInDurableObject(accountStub(env.ACCOUNT, account), async (_account, state) => {
      state.storage.sql.exec("UPDATE deliveries SET status = 'failed', completed_at = 1");
      await state.storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(accountStub(env.ACCOUNT, account));
    return api.send("POST", `/v1/deliveries/${delivery.id}/redeliver`, { token: key });
  },

  edit_not_found: async () =>
    api.send("GET", "/v1/edits/edit_0", { token: (await api.customer()).key }),
  edit_deleted: async () => {
    const { key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.send("DELETE", `/v1/edits/${id}`, { token: key });
    return api.send("POST", `/v1/edits/${id}/cancel`, { token: key });
  },
  preview_not_found: async () => {
    const { key } = await api.customer();
    const { id } = await (await api.createEdit(key)).json<Edit>();
    await api.until(key, id, "starting");
    return api.send("GET", `/v1/edits/${id}/preview`, { token: key });
  },
  output_gone: () =>
    api.send("GET", api.containerUrl({ ...nowhere, purpose: "result", method: "GET" })),

  mask_empty: () => ended((to) => deliverFailure(to, "mask_empty")),
  mask_damaged: () => ended((to) => deliverFailure(to, "mask_damaged")),
  image_damaged: () => ended((to) => deliverFailure(to, "image_damaged")),
  output_too_large: () => ended((to) => deliverFailure(to, "output_too_large")),
  output_blocked: () =>
    ended((to) => deliverManifest(to, { outputs: manifest(to.edit, 1, 1, 1).outputs })),
  input_blocked: () => ended((to) => deliverFailure(to, "input_blocked")),
  model_failed: () =>
    ended(async ({ account, edit: id }) => {
      const stub = accountStub(env.ACCOUNT, account);
      for (let attempt = 1; attempt <= 3; attempt++) {
        while ((await stub.attempt(id, attempt)) === null)
          await new Promise((r) => setTimeout(r, 20));
        await api.callback(account, id, { status: "failed", error: "out of memory" }, attempt);
      }
    }),
  edit_expired: () =>
    ended(async ({ account }) => {
      const stub = accountStub(env.ACCOUNT, account);
      await runInDurableObject(stub, async (_account, state) => {
        state.storage.sql.exec("UPDATE edits SET deadline = 1");
        await state.storage.setAlarm(Date.now());
      });
      await runDurableObjectAlarm(stub);
    }),

  configuration_invalid: () => within({ ADMIN_SECRET: "" }),
  internal_error: () => within(unreachable(new Error("sqlite: disk image of u123 is malformed"))),
  unavailable: () =>
    within(unreachable(Object.assign(new Error("overloaded"), { retryable: true }))),
};

describe("every error code", () => {
  it.each(Object.entries(provocations))(
    "%s is met over HTTP as a problem",
    async (code, provoke) => {
      const answer = await provoke();
      const problem = await api.problemOf(answer);
      const { status, title } = problemCatalogue[code as ProblemCode];
      expect(problem).toMatchObject({ code, status, title });
      expect(problem.type).toContain(code);
      expect(problem.detail.length).toBeGreaterThan(10);
      if (status === 429 || status === 503) expect(answer.headers.has("retry-after")).toBe(true);
    },
  );

  it("has a place on the page that its type leads to", async () => {
    const page = await api.send("GET", "/docs/errors");
    expect(page.headers.get("content-type")).toContain("text/html");
    const html = await page.text();
    for (const code of Object.keys(provocations)) expect(html).toContain(`id="${code}"`);
  });

  it("says nothing of an unknown error but the request's id", async () => {
    const answer = await within(unreachable(new Error("sqlite: disk image of u123 is malformed")));
    const text = await answer.text();
    expect(text).not.toContain("sqlite");
    expect(text).toContain(answer.headers.get("x-request-id"));
  });

  it("names a wrong or missing secret, and never its value", async () => {
    for (const name of [
      "ADMIN_SECRET",
      "ACCOUNT_ID_SECRET",
      "SIGNING_KEYS",
      "COG_CALLBACK_TOKEN",
    ]) {
      for (const value of [undefined, "", "hunter2"]) {
        const problem = await api.problemOf(await within({ [name]: value }));
        expect(problem).toMatchObject({ code: "configuration_invalid" });
        expect(problem.detail).toContain(name);
        expect(problem.detail).not.toContain("hunter2");
      }
    }
  });

  it("names the profiles that there are where PROFILE is none of them", async () => {
    const problem = await api.problemOf(await within({ PROFILE: "sdxl" }));
    expect(problem).toMatchObject({ code: "configuration_invalid" });
    expect(problem.detail).toContain(`PROFILE: must be a profile`);
    for (const name of Object.keys(profiles)) expect(problem.detail).toContain(name);
  });

  it("429 and 503 say when to come back", async () => {
    expect((await provocations.edits_too_many()).headers.get("retry-after")).toBe("10");
    expect((await provocations.unavailable()).headers.get("retry-after")).toBe("1");
  });
});
