/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { chaptersOf, type ApiDocument } from "./document.ts";
import { OperationSection } from "./operation.tsx";
import { Fields, Text } from "./schema.tsx";
import { style } from "./style.ts";

export interface ReferenceProps {
  readonly document: ApiDocument;
  /** Where the deployment is reached. */
  readonly origin: string;
  /** Of the content security policy; no style without it is taken. */
  readonly nonce: string;
}

/** The reference of the API on one page, from its OpenAPI document alone: no script, nothing from elsewhere. */
export function Reference({ document, origin, nonce }: ReferenceProps) {
  const chapters = chaptersOf(document);
  const schemas = Object.entries(document.components?.schemas ?? {});
  const { title } = document.info;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title}: API reference`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <style nonce={nonce}>{raw(style)}</style>
      </head>
      <body>
        <a class="skip" href="#reference">
          Skip to the reference
        </a>
        <nav aria-label="Operations">
          {chapters.map(({ name, routes }) => (
            <>
              <h2>
                <a href={`#${name}`}>{name}</a>
              </h2>
              <ul>
                {routes.map(({ method, operation, path }) => (
                  <li>
                    <a href={`#${operation.operationId}`}>
                      <span class={`method ${method.toLowerCase()}`}>{method}</span> {path}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          ))}
          <h2>
            <a href="#schemas">Schemas</a>
          </h2>
        </nav>
        <main id="reference">
          <h1>{title} API</h1>
          <p>
            {document.info.description} The same for machines:{" "}
            <a href="/openapi.json">OpenAPI 3.1</a>, <a href="/llms.txt">llms.txt</a>. Every error
            has a <a href="/docs/errors">code</a>.
          </p>
          <pre tabindex={0}>{`export API=${origin} KEY=inlay_live_...`}</pre>
          {chapters.map(({ name, description, routes }) => (
            <>
              <h2 id={name}>{name}</h2>
              <p>
                <Text text={description} />.
              </p>
              {routes.map((route) => (
                <OperationSection document={document} route={route} />
              ))}
            </>
          ))}
          <h2 id="schemas">Schemas</h2>
          {schemas.map(([name, schema]) => (
            <section id={`schema-${name}`} aria-label={name}>
              <h3>
                <code>{name}</code>
              </h3>
              <Fields schema={schema} />
            </section>
          ))}
        </main>
      </body>
    </html>
  );
}
