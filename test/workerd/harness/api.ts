import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { signUrl, type Grant } from "../../../functions/images/signed-url.ts";
import { readConfiguration } from "../../../functions/env.ts";
import worker from "../../../functions/worker.ts";
import type { Account, IssuedKey } from "../../../schemas/account.ts";
import type { z } from "@hono/zod-openapi";
import type { Edit, EditList } from "../../../schemas/edit.ts";
import type { Scope } from "../../../schemas/scope.ts";
import type { Problem } from "../../../schemas/problem.ts";
import { png } from "../../pure/images/files.ts";

export const origin = "https://inlay.example.com";
export const adminSecret = "admin-secret-for-tests";

interface Sent {
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
  /** What differs in the Worker's environment. */
  readonly environment?: object;
}

/** One request to the Worker. */
export async function send(method: string, path: string, init: Sent = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  if (init.json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const body = init.json === undefined ? init.body : JSON.stringify(init.json);
  const url = path.startsWith("http") ? path : `${origin}${path}`;
  const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) });
  if (init.environment === undefined) return exports.default.fetch(request);
  const context = createExecutionContext();
  const response = await worker.fetch(request, { ...env, ...init.environment }, context);
  await waitOnExecutionContext(context);
  return response;
}

/** The problem that a response has to be: its status is the catalogue's, and the request's id is in body and header. */
export async function problemOf(response: Response): Promise<Problem> {
  const problem = await response.json<Problem>();
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`not a problem: ${response.status} ${JSON.stringify(problem)}`);
  }
  if (problem.status !== response.status || !response.headers.has("x-request-id")) {
    throw new Error(`not a sound problem: ${JSON.stringify(problem)}`);
  }
  return problem;
}

/** The code of an error: in the problem, or in the header of a surface that has an envelope of its own. */
export async function codeOf(response: Response): Promise<string | null> {
  const code = response.headers.get("inlay-error");
  if (code === null) return (await problemOf(response)).code;
  if (response.status < 400 || !response.headers.has("x-request-id")) {
    throw new Error(`not a sound error: ${response.status} ${await response.text()}`);
  }
  return code;
}

export interface Customer {
  readonly id: string;
  readonly key: string;
  readonly keyId: string;
}

/** A fresh account with a key and credits. */
export async function customer(credits = 1_000_000): Promise<Customer> {
  const made = await send("POST", "/v1/admin/accounts", { token: adminSecret, json: {} });
  const { id } = await made.json<Account>();
  if (credits > 0) {
    await send("POST", `/v1/admin/accounts/${id}/grants`, {
      token: adminSecret,
      json: { amount: credits, external_id: `welcome-${id}` },
    });
  }
  const issued = await send("POST", `/v1/admin/accounts/${id}/keys`, {
    token: adminSecret,
    json: { name: "test" },
  });
  const { key, id: keyId } = await issued.json<IssuedKey>();
  return { id, key, keyId };
}

/** Another key of a customer, which may do this and nothing else. */
export async function scopedKey(
  { key }: Customer,
  ...scopes: readonly Scope[]
): Promise<IssuedKey> {
  const json = { name: "scoped", scopes };
  return (await send("POST", "/v1/keys", { token: key, json })).json<IssuedKey>();
}

/** A multipart body of a form; its length is known, as customers' clients know it. */
export async function formBody(
  fields: Record<string, string | Uint8Array<ArrayBuffer>>,
): Promise<{ body: ArrayBuffer; headers: Record<string, string> }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([value]), `${name}.png`);
  }
  const encoded = new Response(form);
  const body = await encoded.arrayBuffer();
  return {
    body,
    headers: {
      "content-type": encoded.headers.get("content-type") ?? "",
      "content-length": String(body.byteLength),
    },
  };
}

/** Creates an edit of a 640 x 480 picture; `fields` come over the defaults. */
export async function createEdit(
  key: string,
  fields: Record<string, string | Uint8Array<ArrayBuffer>> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const pictures = { image: png(640, 480), mask: png(640, 480) };
  return sendForm(key, { ...pictures, ...fields }, { headers });
}

/** Sends a form to `POST /v1/edits`. */
export async function sendForm(
  key: string,
  fields: Record<string, string | Uint8Array<ArrayBuffer>>,
  init: Sent = {},
): Promise<Response> {
  const { body, headers } = await formBody(fields);
  const sent = { ...init, token: key, body, headers: { ...headers, ...init.headers } };
  return send("POST", "/v1/edits", sent);
}

/** An edit of this customer's, as it is now. */
export async function getEdit(key: string, id: string): Promise<Edit> {
  return (await send("GET", `/v1/edits/${id}`, { token: key })).json<Edit>();
}

/** Waits until an edit has one of these statuses. */
export async function until(key: string, id: string, ...statuses: string[]): Promise<Edit> {
  for (let look = 0; look < 1_000; look++) {
    const edit = await getEdit(key, id);
    if (statuses.includes(edit.status)) return edit;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the edit did not become ${statuses.join(" or ")}`);
}

/** This customer's newest edit, once it is with the provider: for edits whose own answer is still awaited. */
export async function dispatched(key: string): Promise<Edit> {
  for (let look = 0; look < 1_000; look++) {
    const page = await send("GET", "/v1/edits", { token: key });
    const [edit] = (await page.json<z.infer<typeof EditList>>()).data;
    if (edit?.status === "starting") return edit;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("no edit came to the provider");
}

/** A URL as the edge signs it for the container. */
export function containerUrl(
  grant: Partial<Grant> & Pick<Grant, "purpose" | "method" | "account" | "edit">,
): string {
  const { SIGNING_KEYS } = readConfiguration(env);
  const exp = Math.floor(Date.now() / 1000) + 600;
  return signUrl(SIGNING_KEYS, origin, {
    attempt: 1,
    index: 0,
    maxBytes: 95_000_000,
    exp,
    ...grant,
  });
}

/** PUTs bytes to a signed URL. */
export async function put(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  contentType = "image/png",
): Promise<Response> {
  return send("PUT", url, {
    body,
    headers: { "content-type": contentType, "content-length": String(body.length) },
  });
}

/** News of a prediction, as coglet sends it. */
export async function callback(
  account: string,
  edit: string,
  prediction: object,
  attempt = 1,
  token = "callback-token-for-tests",
): Promise<Response> {
  const url = containerUrl({
    purpose: "callback",
    method: "POST",
    account,
    edit,
    attempt,
    maxBytes: 0,
  });
  return send("POST", url, { token, json: prediction });
}
