/** @jsxImportSource hono/jsx */
import { curlOf } from "./curl.ts";
import type { ApiDocument, Operation, Parameter, Route } from "./document.ts";
import { Fields, Text, Type } from "./schema.tsx";

/** Who may call, in words. */
function guardOf({ security }: Operation): string {
  const names = (security ?? []).flatMap((one) => Object.keys(one));
  if (names.length === 0) return "No key is needed.";
  const words: Readonly<Record<string, string>> = {
    apiKey: "an API key",
    adminSecret: "the deployment's ADMIN_SECRET",
    clientToken: "a client token",
  };
  return `Takes ${names.map((name) => words[name] ?? name).join(" or ")}.`;
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return null;
  return (
    <table>
      <tbody>
        {parameters.map(({ name, in: place, required, description, schema = {} }) => (
          <tr>
            <th scope="row">
              <code>{name}</code>
              {required ? <span class="required"> required</span> : null}
            </th>
            <td>
              in {place}: <Type schema={schema} />
              <p>
                <Text text={description ?? schema.description ?? ""} />
              </p>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Body({ operation }: { readonly operation: Operation }) {
  return (
    <>
      {Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema = {} }]) => (
        <details>
          <summary>
            Body: {type} <Type schema={schema} />
          </summary>
          <Fields schema={schema} />
        </details>
      ))}
    </>
  );
}

function Answers({ operation }: { readonly operation: Operation }) {
  const answers = Object.entries(operation.responses ?? {});
  return (
    <ul class="answers">
      {answers.map(([status, { description = "", content = {} }]) => (
        <li>
          <strong>{status}</strong>{" "}
          {Number(status) < 400 ? (
            <>
              <Text text={description} />{" "}
              {Object.entries(content).map(([type, { schema = {} }]) => (
                <>
                  {type} <Type schema={schema} />{" "}
                </>
              ))}
            </>
          ) : (
            description.split(", ").map((code) => (
              <>
                <a href={`/docs/errors#${code}`}>
                  <code>{code}</code>
                </a>{" "}
              </>
            ))
          )}
        </li>
      ))}
    </ul>
  );
}

/** One operation: what it does, takes and answers, and how it is called. */
export function OperationSection({
  document,
  route,
}: {
  readonly document: ApiDocument;
  readonly route: Route;
}) {
  const { method, path, operation } = route;
  return (
    <section id={operation.operationId} aria-labelledby={`${operation.operationId}-title`}>
      <h3 id={`${operation.operationId}-title`}>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </h3>
      <p>
        <Text text={operation.summary ?? ""} />. {guardOf(operation)}
      </p>
      {operation.description === undefined ? null : (
        <p>
          <Text text={operation.description} />
        </p>
      )}
      <Parameters parameters={operation.parameters ?? []} />
      <Body operation={operation} />
      <Answers operation={operation} />
      <pre tabindex={0}>{curlOf(document, route)}</pre>
    </section>
  );
}
