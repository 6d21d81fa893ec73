import type { OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../api/app-env.ts";
import { openApiInfo } from "../api/openapi.ts";
import { originOf } from "../api/origin.ts";
import type { ApiDocument } from "./document.ts";
import { llmsText } from "./llms.ts";
import { Reference } from "./reference.tsx";

/** The page loads nothing and runs nothing: its one style is inside it. */
const policy = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: [NONCE],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginResourcePolicy: "same-origin",
});

/** `GET /docs`, the reference of everything that the app's routes document, and `GET /llms.txt`. */
export function docsRoutes(app: OpenAPIHono<AppEnv>): void {
  let known: ApiDocument | null = null;
  // As readers get it: plain JSON.
  const document = (): ApiDocument =>
    (known ??= JSON.parse(JSON.stringify(app.getOpenAPI31Document(openApiInfo))));

  app.get("/docs", policy, (c) => {
    const nonce = c.get("secureHeadersNonce") ?? "";
    const page = Reference({ document: document(), origin: originOf(c), nonce });
    return c.html(html`<!doctype html>${page}`);
  });

  app.get("/llms.txt", (c) => c.text(llmsText(document(), originOf(c))));
}
