/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { Controls } from "./controls.tsx";
import { KeyDialog, Masthead } from "./masthead.tsx";
import { Outcome, Request, Shelf } from "./outcome.tsx";
import type { PageSettings } from "./page-settings.ts";
import { Workbench } from "./workbench.tsx";

export interface PageProps {
  readonly settings: PageSettings;
  /** Of the content security policy; no script or style without it is taken. */
  readonly nonce: string;
  /** Where the page's own files are. */
  readonly files: Readonly<Record<"script" | "style" | "icon" | "sample", string>>;
}

/** JSON as it can stand inside a script element. */
function inScript(value: unknown) {
  return raw(JSON.stringify(value).replaceAll("<", String.raw`\u003c`));
}

/** The playground. */
export function Page({ settings, nonce, files }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Inlay: changes the pixels you mask, and no others</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta
          name="description"
          content="Brush over a thing in a photograph and watch it go. Every other pixel stays yours."
        />
        <link rel="icon" href={files.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={files.style} nonce={nonce} />
        <script id="page-settings" type="application/json">
          {inScript(settings)}
        </script>
        <script type="module" src={files.script} nonce={nonce}></script>
      </head>
      <body data-phase="empty">
        <Masthead />
        <main>
          <Workbench sample={files.sample} />
          <div class="panel">
            <Controls settings={settings} />
            <Outcome />
            <Request />
          </div>
          <Shelf />
        </main>
        <footer>
          <p>
            Profile <code>{settings.profile}</code>. Nothing that fails is charged.
          </p>
          <nav aria-label="Reading">
            <a href="/openapi.json">API</a>
            <a href="/docs/errors">Errors</a>
          </nav>
        </footer>
        <p id="live" class="visually-hidden" role="status" aria-live="polite"></p>
        <noscript>
          <p class="noscript">This page needs JavaScript. The API does not: see /openapi.json.</p>
        </noscript>
        <KeyDialog />
      </body>
    </html>
  );
}
