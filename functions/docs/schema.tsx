/** @jsxImportSource hono/jsx */
import { componentOf, typeOf, type Schema } from "./document.ts";

/** Text of the document, in which words between backticks are code. */
export function Text({ text }: { readonly text: string }) {
  return (
    <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>
  );
}

/** A type in words; names of components lead to them. */
export function Type({ schema }: { readonly schema: Schema }) {
  const component = componentOf(schema) ?? componentOf(schema.items ?? {});
  if (component === null) return <code>{typeOf(schema)}</code>;
  return (
    <code>
      {schema.items === undefined ? "" : "array of "}
      <a href={`#schema-${component}`}>{component}</a>
    </code>
  );
}

/** Fields of an object, a row each. */
export function Fields({ schema }: { readonly schema: Schema }) {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) {
    return (
      <p>
        <Type schema={schema} /> <Text text={schema.description ?? ""} />
      </p>
    );
  }
  return (
    <table>
      <tbody>
        {fields.map(([name, field]) => (
          <tr>
            <th scope="row">
              <code>{name}</code>
              {schema.required?.includes(name) ? <span class="required"> required</span> : null}
            </th>
            <td>
              <Type schema={field} />
              {field.default === undefined ? null : (
                <span>
                  ; <code>{JSON.stringify(field.default)}</code> by default
                </span>
              )}
              {field.description === undefined ? null : (
                <p>
                  <Text text={field.description} />
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
