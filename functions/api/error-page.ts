import type { OpenAPIHono } from "@hono/zod-openapi";
import { problemCatalogue } from "../../schemas/problem-catalogue.ts";
import type { AppEnv } from "./app-env.ts";

const rows = Object.entries(problemCatalogue)
  .map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  )
  .join("\n");

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Errors</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; }
td { padding: .3rem 1rem .3rem 0; vertical-align: top; border-bottom: 1px solid #ddd; }
tr:target { background: #fff3b0; }
</style>
<h1>Errors</h1>
<p>Every error is a problem object (RFC 9457) with one of these stable codes. Its <code>detail</code> says what to do,
its <code>errors</code> point at the fields, and <code>request_id</code> finds it in the logs.</p>
<table>
${rows}
</table>
</html>
`;

/** The page that every problem's `type` leads to. */
export function errorPageRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get("/docs/errors", (c) => c.html(page));
}
