import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../functions/env.ts";
import { mintAccountId } from "../../../functions/keys/account-id.ts";
import { mintApiKey } from "../../../functions/keys/api-key.ts";
import { routeScopes } from "../../../functions/api/scopes.ts";
import { allows, Scope } from "../../../schemas/scope.ts";
import { surfaces } from "../../../functions/surfaces/surfaces.ts";
import openapi from "../../../schemas/openapi.json";
import * as api from "../harness/api.ts";
import { tokenOf } from "../harness/clients.ts";

const random = (into: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(into);

/** Every documented operation, with its parameters filled in, by who may call it. */
const documented = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, "unknown"),
    route: path.replaceAll(/\{(\w+)\}/g, ":$1"),
    guard: Object.keys((operation as { security?: object[] }).security?.[0] ?? { none: [] })[0],
    /** Whether an app may call it. */
    forClients: (operation as { security?: object[] }).security?.some(
      (way) => "clientToken" in way,
    ),
    takes: Object.keys(
      (operation as { requestBody?: { content: object } }).requestBody?.content ?? {},
    ).join(", "),
  })),
);
/** The routes of compatible surfaces, which are their services' contracts and not part of the document. */
const ofSurfaces = surfaces.flat().map(({ method, path, takes = "", open = false }) => ({
  method,
  path: path.replaceAll(/:\w+/g, "unknown"),
  route: path,
  guard: open ? "none" : "apiKey",
  forClients: false,
  takes: takes === "either" ? "application/json, multipart/form-data" : takes,
}));
const operations = [...documented, ...ofSurfaces];
const guardedBy = (guard: string) =>
  operations
    .filter((operation) => operation.guard === guard)
    .map(({ method, path }) => [method, path] as const);

/** What the table says that a route needs. */
function scopeNeeded(method: string, path: string): Scope {
  const route = operations.find((one) => one.method === method && one.path === path)?.route;
  const scope = routeScopes[`${method} ${route}`];
  if (scope === undefined) throw new Error(`${method} ${route} is not in the table of scopes`);
  return scope;
}
/** Routes of which apps may use another method. */
const openToPages = new Set(operations.filter((one) => one.forClients === true).map((o) => o.path));

/** The queue of fal's that its proxy leads to. */
const target = { "x-fal-target-url": "https://queue.fal.run/inlay/inpaint" };

/** The answer to a request of a route, with a body of the kind that it takes. */
async function asked(method: string, path: string, token?: string): Promise<Response> {
  const takes = operations.find((one) => one.method === method && one.path === path)?.takes;
  const form = takes === "multipart/form-data" ? await api.formBody({ prompt: "a lawn" }) : null;
  const json = ["POST", "PUT"].includes(method) && form === null ? {} : undefined;
  return api.send(method, path, {
    ...(form === null ? { json } : { body: form.body }),
    headers: { ...form?.headers, ...target },
    ...(token === undefined ? {} : { token }),
  });
}

async function refusal(method: string, path: string, token?: string): Promise<string | null> {
  return api.codeOf(await asked(method, path, token));
}

describe.each(guardedBy("apiKey"))("%s %s", (method, path) => {
  it("wants a key", async () => {
    expect(await refusal(method, path)).toBe("key_missing");
  });

  it("refuses a mistyped key, a made-up one with a right checksum, and the admin secret", async () => {
    const { key } = await api.customer();
    const mistyped = key.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const elsewhere = mintApiKey(
      mintAccountId("another deployment's secret", "weur", random),
      random,
    );
    for (const wrong of [mistyped, elsewhere, api.adminSecret, "inlay_live_"]) {
      expect(await refusal(method, path, wrong)).toBe("key_invalid");
    }
  });

  it("refuses a key of a genuine account that was never issued", async () => {
    const { id } = await api.customer();
    expect(await refusal(method, path, mintApiKey(id, random))).toBe("key_invalid");
  });

  it("takes a key of its scope, and refuses one that has all the others", async () => {
    const needed = scopeNeeded(method, path);
    const others = Scope.options.filter((scope) => !allows([scope], needed));
    const owner = await api.customer();
    const { key } = await api.scopedKey(owner, ...others);
    expect(await refusal(method, path, key)).toBe("key_scope_missing");
    const fitting = await api.scopedKey(owner, needed);
    const answer = await asked(method, path, fitting.key);
    expect(answer.headers.get("inlay-error")).not.toBe("key_scope_missing");
    expect(await answer.text()).not.toContain("key_scope_missing");
  });

  it("refuses a revoked key at once", async () => {
    const { id, key, keyId } = await api.customer();
    await api.send("DELETE", `/v1/admin/accounts/${id}/keys/${keyId}`, { token: api.adminSecret });
    expect(await refusal(method, path, key)).toBe("key_revoked");
  });
});

const forClients = operations.filter((operation) => operation.forClients === true);
describe.each(forClients.map(({ method, path }) => [method, path] as const))(
  "%s %s, for an app,",
  (method, path) => {
    it("refuses a client token that was changed, minted elsewhere, or signed as something else", async () => {
      const customer = await api.customer();
      const elsewhere = { current: "k1", keys: { k1: "b".repeat(43) } };
      const token = tokenOf(customer);
      const [head, body = "", rest] = /^(inlay_client_)([^.]+)(.+)$/.exec(token)?.slice(1) ?? [];
      const richer = JSON.stringify({ ...JSON.parse(atob(body)), spendingLimit: 10 ** 12 });
      for (const wrong of [
        token.slice(0, -2),
        tokenOf(customer, {}, elsewhere),
        `${head}${btoa(richer).replaceAll("=", "")}${rest}`,
        "inlay_client_",
      ]) {
        expect(await refusal(method, path, wrong)).toBe("token_invalid");
      }
    });

    it("refuses a client token whose time is over", async () => {
      const token = tokenOf(await api.customer(), { expiresAt: Date.now() - 1 });
      expect(await refusal(method, path, token)).toBe("token_expired");
    });

    it("refuses a client token of a key that was revoked, or never was", async () => {
      const customer = await api.customer();
      const token = tokenOf(customer);
      expect(await refusal(method, path, tokenOf(customer, { key: "key_0" }))).toBe("key_invalid");
      const keyPath = `/v1/admin/accounts/${customer.id}/keys/${customer.keyId}`;
      await api.send("DELETE", keyPath, { token: api.adminSecret });
      expect(await refusal(method, path, token)).toBe("key_revoked");
    });

    it("lets pages of any origin call it, without cookies", async () => {
      const preflight = await api.send("OPTIONS", path, {
        headers: {
          origin: "https://app.example.com",
          "access-control-request-method": method,
          "access-control-request-headers": "authorization, content-type",
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get("access-control-allow-methods")).toContain(method);
      expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
      const answer = await api.send(method, path, {
        headers: { origin: "https://app.example.com" },
      });
      for (const { headers } of [preflight, answer]) {
        expect(headers.get("access-control-allow-origin")).toBe("*");
        expect(headers.get("access-control-allow-credentials")).toBeNull();
        expect(headers.get("set-cookie")).toBeNull();
      }
    });
  },
);

const keysAlone = operations.filter(({ guard, forClients: taken }) => guard === "apiKey" && !taken);
describe.each(keysAlone.map(({ method, path }) => [method, path] as const))(
  "%s %s, for backends alone,",
  (method, path) => {
    it("refuses a client token, however genuine, and answers no page's preflight", async () => {
      const token = tokenOf(await api.customer());
      expect(await refusal(method, path, token)).toBe("token_not_allowed");
      if (openToPages.has(path)) return;
      const preflight = await api.send("OPTIONS", path, {
        headers: { origin: "https://app.example.com", "access-control-request-method": method },
      });
      expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    });
  },
);

describe.each(guardedBy("adminSecret"))("%s %s", (method, path) => {
  it("wants the admin secret, and takes no API key for it", async () => {
    const { key } = await api.customer();
    for (const token of [undefined, "guess", key, api.adminSecret.slice(0, -1)]) {
      expect(await refusal(method, path, token)).toBe("admin_secret_invalid");
    }
  });
});

/** Stripe's notifications are refused by their signature before anyone reads them: see payments.test.ts. */
const jsonRoutes = operations.filter(
  ({ takes, path }) => takes === "application/json" && path !== "/v1/payments/stripe",
);
const formRoutes = ofSurfaces.filter(({ takes }) => takes.includes("multipart/form-data"));
describe.each(jsonRoutes)("$method $path", ({ method, path, guard }) => {
  it("refuses a body of more than a mebibyte, and one that is no JSON", async () => {
    const token = guard === "adminSecret" ? api.adminSecret : (await api.customer()).key;
    const send = (body: string, type = "application/json") =>
      api.send(method, path, { token, body, headers: { "content-type": type, ...target } });
    expect(await api.codeOf(await send(`"${"x".repeat(1024 * 1024)}"`))).toBe("body_too_large");
    expect(await api.codeOf(await send("{"))).toBe("request_malformed");
    expect(await api.codeOf(await send("a=1", "text/plain"))).toBe("content_type_unsupported");
  });
});

describe.each(formRoutes)("$method $path", ({ method, path }) => {
  it("refuses forms of no or too great a length, ones that break off, and other bodies", async () => {
    const { key: token } = await api.customer();
    const { body, headers } = await api.formBody({ prompt: "a lawn" });
    const send = async (sent: BodyInit, changed: Record<string, string>) =>
      api.codeOf(
        await api.send(method, path, { token, body: sent, headers: { ...headers, ...changed } }),
      );
    expect(await send(body, { "content-length": "100000000" })).toBe("body_too_large");
    expect(await send(body.slice(0, -20), { "content-length": String(body.byteLength - 20) })).toBe(
      "request_malformed",
    );
    expect(await send("a=1", { "content-type": "text/plain", "content-length": "3" })).toBe(
      "content_type_unsupported",
    );
    const type = headers["content-type"] ?? "";
    // A stream is sent in chunks, of no declared length.
    const unmeasured = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(body));
        controller.close();
      },
    });
    const answer = await api.send(method, path, {
      token,
      body: unmeasured,
      headers: { "content-type": type },
    });
    expect(await api.codeOf(answer)).toBe("length_required");
  });
});

describe("a made-up key", () => {
  it("creates no object, however right its checksum", async () => {
    const before = (await listDurableObjectIds(env.ACCOUNT)).length;
    const secrets = ["another deployment's secret", readConfiguration(env).ADMIN_SECRET];
    for (const secret of secrets) {
      const key = mintApiKey(mintAccountId(secret, "weur", random), random);
      expect(await refusal("GET", "/v1/account", key)).toBe("key_invalid");
    }
    expect(await listDurableObjectIds(env.ACCOUNT)).toHaveLength(before);
  });
});

describe("every route", () => {
  it("is documented with the caller it wants", () => {
    const guards = new Set(operations.map(({ guard }) => guard));
    expect(guards).toEqual(new Set(["adminSecret", "apiKey", "none"]));
    expect(new Set(guardedBy("none").map(([, path]) => path))).toEqual(
      new Set([
        "/files/result/unknown/unknown/unknown/unknown",
        "/files/upload/unknown/unknown/0/0",
        "/files/upload/unknown/unknown/1/unknown",
        "/health",
        "/v1/payments/stripe",
        "/fal/.well-known/jwks.json",
      ]),
    );
  });

  const patched = new Set(operations.filter(({ method }) => method === "PATCH").map((o) => o.path));
  it.each(operations.map(({ method, path }) => [method, path] as const))(
    "%s %s carries a request id and refuses other methods with Allow",
    async (_method, path) => {
      const answer = await api.send(patched.has(path) ? "PUT" : "PATCH", path);
      expect(await api.codeOf(answer)).toBe("method_not_allowed");
      expect(answer.headers.get("allow")).not.toBeNull();
    },
  );
});
