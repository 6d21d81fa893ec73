import type { OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { usualSteps } from "../../schemas/edit.ts";
import { limits } from "../../schemas/limits.ts";
import { profileOf } from "../../schemas/profile.ts";
import type { AppEnv } from "../api/app-env.ts";
import { readConfiguration } from "../env.ts";
import assets from "./assets.json" with { type: "json" };
import { Page } from "./page.tsx";
import { playgroundTasks, type PageSettings } from "./page-settings.ts";

/** The page talks to this service and loads from it, and from nowhere else; nothing without its nonce runs. */
const policy = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: [NONCE],
    styleSrc: [NONCE],
    imgSrc: ["'self'", "blob:"],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
  crossOriginResourcePolicy: "same-origin",
});

const files: Readonly<Record<string, { readonly type: string; readonly base64: string }>> =
  assets.files;

function settingsOf(profileName: string): PageSettings {
  const { tasks, samplers, sampler, distilled } = profileOf(profileName);
  const served: readonly string[] = tasks;
  return {
    profile: profileName,
    tasks: playgroundTasks.filter((task) => served.includes(task)),
    samplers,
    sampler,
    distilled,
    usualSteps,
    maxSteps: limits.maxSteps,
  };
}

/** `GET /`, the playground, and the files that it is made of, which never change under their names. */
export function playgroundRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get("/", policy, (c) => {
    const nonce = c.get("secureHeadersNonce") ?? "";
    const settings = settingsOf(readConfiguration(c.env).PROFILE);
    c.header("cache-control", "no-store");
    return c.html(html`<!doctype html>${Page({ settings, nonce, files: assets.names })}`);
  });

  app.get("/playground/:file", (c) => {
    const file = files[c.req.param("file")];
    if (file === undefined) return c.notFound();
    return c.body(
      Uint8Array.from(atob(file.base64), (byte) => byte.charCodeAt(0)),
      200,
      {
        "content-type": file.type,
        "cache-control": "public, max-age=31536000, immutable",
        "cross-origin-resource-policy": "same-origin",
      },
    );
  });
}
