import type { EditRequestForm } from "./edit-request.ts";

export const languages = ["curl", "typescript", "python"] as const;
export type Language = (typeof languages)[number];

/** A request as a program that sends it. The key is taken from the environment and never shown. */
export function snippet(language: Language, origin: string, request: EditRequestForm): string {
  switch (language) {
    case "curl":
      return curl(origin, request);
    case "typescript":
      return typescript(origin, request);
    case "python":
      return python(origin, request);
  }
}

function curl(origin: string, { fields, files }: EditRequestForm): string {
  return [
    `curl -s ${shell(`${origin}/v1/edits`)}`,
    `-H "Authorization: Bearer $INLAY_KEY"`,
    `-H "Prefer: wait=60"`,
    ...fields.map(([name, value]) => `--form-string ${shell(`${name}=${value}`)}`),
    ...files.map(
      ({ field, name }) => `-F ${shell(`${field}=@"${name.replaceAll(/["\\]/g, "\\$&")}"`)}`,
    ),
  ].join(" \\\n  ");
}

function typescript(origin: string, { fields, files }: EditRequestForm): string {
  const quoted = JSON.stringify;
  return `import { openAsBlob } from "node:fs";

const form = new FormData();
${fields.map(([name, value]) => `form.set(${quoted(name)}, ${quoted(value)});`).join("\n")}
${files
  .map(
    ({ field, name }) =>
      `form.set(${quoted(field)}, await openAsBlob(${quoted(name)}), ${quoted(name)});`,
  )
  .join("\n")}

const response = await fetch(${quoted(`${origin}/v1/edits`)}, {
  method: "POST",
  headers: { Authorization: \`Bearer \${process.env.INLAY_KEY}\`, Prefer: "wait=60" },
  body: form,
});
const edit = await response.json();
if (!response.ok) throw new Error(edit.detail);
console.log(edit.id, edit.status, edit.outputs);
`;
}

function python(origin: string, { fields, files }: EditRequestForm): string {
  const quoted = JSON.stringify;
  return `import os

import requests

response = requests.post(
    ${quoted(`${origin}/v1/edits`)},
    headers={"Authorization": f"Bearer {os.environ['INLAY_KEY']}", "Prefer": "wait=60"},
    data={
${fields.map(([name, value]) => `        ${quoted(name)}: ${quoted(value)},`).join("\n")}
    },
    files={
${files.map(({ field, name }) => `        ${quoted(field)}: open(${quoted(name)}, "rb"),`).join("\n")}
    },
    timeout=90,
)
edit = response.json()
if not response.ok:
    raise SystemExit(edit["detail"])
print(edit["id"], edit["status"], edit["outputs"])
`;
}

/** A word of a POSIX shell, taken as it is. */
function shell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
