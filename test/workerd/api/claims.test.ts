import { webcrypto } from "node:crypto";
import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import worker from "../../../functions/worker.ts";
import development from "../../../infra/local/development-certificate.json";
import { limits } from "../../../schemas/limits.ts";
import { ascii } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";

const claim = new Uint8Array([0x84, 0x6a, ...ascii("Signature1"), 0x43, 1, 2, 3]);
const grant = { purpose: "claim", method: "POST", account: "u", edit: "edit_a" } as const;
const urlOf = (maxBytes: number = limits.claimBytes) => api.containerUrl({ ...grant, maxBytes });

async function post(url: string, body: Uint8Array<ArrayBuffer>, length = body.length) {
  return api.send("POST", url, { body, headers: { "content-length": String(length) } });
}

const codeOf = async (answer: Response) => (await api.problemOf(answer)).code;

describe("a claim of an output", () => {
  it("is signed with the deployment's key, which the container never sees", async () => {
    const answer = await post(urlOf(), claim);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "application/octet-stream",
    ]);
    const signature = await answer.arrayBuffer();
    expect(signature.byteLength).toBe(64);
    const { d: _private, ...open } = development.key;
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const key = await webcrypto.subtle.importKey("jwk", open, curve, false, ["verify"]);
    const by = { name: "ECDSA", hash: "SHA-256" };
    expect(await webcrypto.subtle.verify(by, key, signature, claim)).toBe(true);
  });

  it("is all that is signed: nothing else, nothing longer, and only by a URL for it", async () => {
    expect(await codeOf(await post(urlOf(), ascii("pay 100 to the bearer")))).toBe(
      "request_malformed",
    );
    expect(await codeOf(await post(urlOf(), new Uint8Array()))).toBe("request_malformed");
    expect(await codeOf(await post(urlOf(8), claim))).toBe("body_too_large");
    expect(await codeOf(await post(urlOf().replace("edit_a", "edit_b"), claim))).toBe(
      "url_signature_invalid",
    );
    const elsewhere = api.containerUrl({ ...grant, purpose: "callback" });
    expect(await codeOf(await post(elsewhere.replace("callback", "claim"), claim))).toBe(
      "url_signature_invalid",
    );
  });

  it("is signed by no deployment that has no key", async () => {
    const request = new Request(urlOf(), {
      method: "POST",
      body: claim,
      headers: { "content-length": String(claim.length) },
    });
    const bare = { ...env, C2PA_KEY: "", C2PA_CERTIFICATES: "" };
    const answer = await worker.fetch(request, bare, createExecutionContext());
    expect(await codeOf(answer)).toBe("request_invalid");
  });
});
