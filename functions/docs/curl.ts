import { componentOf, type ApiDocument, type Route, type Schema } from "./document.ts";

/** Where an operation's example would say less than these do. */
const bodies: Readonly<Record<string, readonly string[]>> = {
  createEdit: [
    "-F task=inpaint",
    '-F prompt="a meadow"',
    "-F image=@photo.jpg",
    "-F mask=@mask.png",
  ],
  putUpload: ["--data-binary @photo.jpg"],
};

/** A line of `curl` for a route, to be pasted: `$API` is the address, `$KEY` the key or the admin secret. */
export function curlOf(document: ApiDocument, { method, path, operation }: Route): string {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const body = operation.requestBody?.content["application/json"]?.schema;
  const own = bodies[operation.operationId ?? ""];
  const stream = operation.responses?.["200"]?.content?.["text/event-stream"] !== undefined;
  const parts = [
    `curl -s${stream ? "N" : ""} ${method === "GET" ? "" : `-X ${method} `}"$API${url}"`,
    ...(operation.security === undefined ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...(stream ? ['-H "Accept: text/event-stream"'] : []),
    ...(own ?? []),
    ...(body === undefined || own !== undefined
      ? []
      : [
          '-H "Content-Type: application/json"',
          `-d '${JSON.stringify(exampleOf(document, body))}'`,
        ]),
  ];
  return parts.join(" \\\n  ");
}

/** A value that a schema takes: its example, its default, or the least of what it requires. */
function exampleOf(document: ApiDocument, schema: Schema): unknown {
  const component = componentOf(schema);
  if (component !== null) {
    return exampleOf(document, document.components?.schemas?.[component] ?? {});
  }
  const [given] = [schema.example, schema.const, schema.default, schema.enum?.[0]].filter(
    (value) => value !== undefined,
  );
  if (given !== undefined) return given;
  const [variant] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (variant !== undefined) return exampleOf(document, variant);
  const type = typeof schema.type === "string" ? schema.type : (schema.type?.[0] ?? "string");
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name, of]) => schema.required?.includes(name) || of.example !== undefined)
          .map(([name, of]) => [name, exampleOf(document, of)]),
      );
    case "array":
      return [exampleOf(document, schema.items ?? {})];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return true;
    default:
      return schema.format === "uri" ? "https://example.com/" : "text";
  }
}
