import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "../functions/api/app.ts";
import { openApiInfo } from "../functions/api/openapi.ts";
import { problemCatalogue } from "../schemas/problem-catalogue.ts";
import { Profile } from "../schemas/profile.ts";
import { compatibilityPage } from "./compatibility/page.ts";
import { playgroundFiles } from "./playground-files.ts";
import { wrangler } from "./wrangler.ts";

const root = join(import.meta.dirname, "..");

/** The OpenAPI document, from the routes themselves. */
export function openApiDocument(): string {
  return `${JSON.stringify(createApp().getOpenAPI31Document(openApiInfo), null, 2)}\n`;
}

/** The page of error codes, from the catalogue. */
export function errorsPage(): string {
  const rows = Object.entries(problemCatalogue).map(
    ([code, { status, title }]) => `| <a id="${code}"></a>\`${code}\` | ${status} | ${title} |`,
  );
  return `# Errors

Generated from \`schemas/problem-catalogue.ts\`; run \`npm run generate\` after a change.

Every error is a problem object (RFC 9457, \`application/problem+json\`), over HTTP and in \`edit.error\` alike:

\`\`\`json
{ "type": "/docs/errors#mask_size_mismatch", "title": "Image and mask differ in size", "status": 422,
  "code": "mask_size_mismatch", "detail": "Send a mask of 640 x 480 pixels like the image; it has 320 x 240.",
  "request_id": "...", "errors": [{ "pointer": "/mask", "detail": "..." }] }
\`\`\`

\`code\` is stable: match on it. \`detail\` says what to do and may change. \`errors\` points at the fields (JSON Pointer).
429 and 503 carry \`Retry-After\`. What only the container can see (\`mask_empty\`, \`image_damaged\`, ...) ends the edit as
\`failed\` with the same object in \`error\`; under \`Prefer: wait\` it is the answer itself. Nothing that fails is charged.

| code | status | title |
|---|---|---|
${rows.join("\n")}
`;
}

/** What the edge knows of each profile, from the folders of weights. */
export function profilesDocument(): string {
  const folder = join(root, "model-image/weights");
  const known = readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name, "profile.json"))
    .filter((path) => existsSync(path))
    .map(readProfile);
  return `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`;
}

/** A profile by its name. */
function readProfile(path: string): [string, Profile] {
  const { name, distilled = null, ...stored } = JSON.parse(readFileSync(path, "utf8"));
  return [name, Profile.parse({ ...stored, distilled })];
}

/** Everything that is generated, with its path. */
export function generatedFiles(): Record<string, string> {
  return {
    "schemas/openapi.json": openApiDocument(),
    "schemas/profiles.json": profilesDocument(),
    "docs/errors.md": errorsPage(),
    "docs/compatibility.md": compatibilityPage(),
    "functions/playground/assets.json": playgroundFiles(),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedFiles())) {
    writeFileSync(join(root, path), text);
  }
  const types = ["types", "infra/worker-env.d.ts", "--config=infra/wrangler.jsonc"];
  const typed = wrangler(...types, "--include-runtime=false");
  if (!typed.ok) throw new Error(`The bindings' types cannot be written:\n${typed.output}`);
  spawnSync(join(root, "model-image/.venv/bin/python"), ["-m", "inlay.cog_schema"], {
    cwd: join(root, "model-image"),
    stdio: "inherit",
  });
}
