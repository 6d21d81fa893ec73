import { describe, expect, it } from "vitest";
import { curlOf } from "../../../functions/docs/curl.ts";
import { chaptersOf, type ApiDocument } from "../../../functions/docs/document.ts";
import openapi from "../../../schemas/openapi.json";
import * as api from "../harness/api.ts";

const document = openapi as unknown as ApiDocument;
const routes = chaptersOf(document).flatMap((chapter) => chapter.routes);
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

async function page(): Promise<{ html: string; headers: Headers }> {
  const answer = await api.send("GET", "/docs");
  return { html: await answer.text(), headers: answer.headers };
}

describe("the reference at /docs", () => {
  it("has every operation and every schema, and leads nowhere that is not there", async () => {
    const { html } = await page();
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId } of operations) expect(ids).toContain(operationId);
    for (const name of Object.keys(openapi.components.schemas)) {
      expect(ids).toContain(`schema-${name}`);
    }
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? "");
    for (const link of links) {
      if (link.startsWith("#")) expect(ids).toContain(link.slice(1));
      else expect(link).toMatch(/^\/(openapi\.json|llms\.txt|docs\/errors(#\w+)?)$/);
    }
  });

  it("runs no script and loads nothing, under a policy that forbids both", async () => {
    const { html, headers } = await page();
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    const [, nonce = ""] = /style-src 'nonce-([^']+)'/.exec(policy) ?? [];
    expect(html).toContain(`<style nonce="${nonce}">`);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(| style="| on\w+="/);
    const again = (await page()).headers.get("content-security-policy");
    expect(again).not.toBe(policy);
  });

  it("shows how each operation is called, at this deployment", async () => {
    const { html } = await page();
    expect(html).toContain(`export API=${api.origin} `);
    expect(html.match(/curl -s/g)).toHaveLength(operations.length);
  });
});

/** The JSON bodies that are shown, to be sent as they are. */
const shown = routes.flatMap((route) => {
  const [, body] = /-d '(.*)'$/.exec(curlOf(document, route)) ?? [];
  // Stripe's are Stripe's to send, and signed.
  const known = body !== undefined && route.path !== "/v1/payments/stripe";
  return known ? [[`${route.method} ${route.path}`, route, body] as const] : [];
});

it.each(shown)("the body that is shown for %s is a valid one", async (_name, route, body) => {
  const { id, key } = await api.customer();
  const path = route.path.replace("{account}", id).replace("{id}", "whe_0");
  const answer = await api.send(route.method, path, {
    token: path.startsWith("/v1/admin") ? api.adminSecret : key,
    body,
    headers: { "content-type": "application/json" },
  });
  const text = await answer.text();
  for (const code of ["request_invalid", "request_malformed"]) expect(text).not.toContain(code);
});

describe("llms.txt", () => {
  it("says what the API is and where each operation is described", async () => {
    const answer = await api.send("GET", "/llms.txt");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const text = await answer.text();
    expect(text).toMatch(/^# Inlay\n\n> Inlay changes the pixels you mask/);
    for (const { method, path, operation } of routes) {
      expect(text).toContain(
        `- [${method} ${path}](${api.origin}/docs#${operation.operationId}): ${operation.summary}`,
      );
    }
    expect(routes).toHaveLength(operations.length);
  });
});
