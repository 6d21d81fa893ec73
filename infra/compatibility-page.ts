import { spans } from "../functions/account/context.ts";
import { pendingParameters } from "../functions/surfaces/asked.ts";
import { falHeaderRules } from "../functions/surfaces/fal/headers.ts";
import { falInput } from "../functions/surfaces/fal/input.ts";
import { falStates } from "../functions/surfaces/fal/status.ts";
import { falRoutes } from "../functions/surfaces/fal/routes.ts";
import type { Rule, Rules } from "../functions/surfaces/mapping.ts";
import type { Model } from "../functions/surfaces/models.ts";
import { ownModels } from "../functions/surfaces/models.ts";
import { openAiEdit, openAiGeneration } from "../functions/surfaces/openai/parameters.ts";
import { openAiCodes, openAiStatuses } from "../functions/surfaces/openai/problem.ts";
import { openAiRoutes } from "../functions/surfaces/openai/routes.ts";
import { cancelAfterSeconds } from "../functions/surfaces/replicate/cancel-after.ts";
import { replicateInput } from "../functions/surfaces/replicate/input.ts";
import { replicateModels } from "../functions/surfaces/replicate/models.ts";
import { predictionStates } from "../functions/surfaces/replicate/prediction.ts";
import { replicateRoutes } from "../functions/surfaces/replicate/routes.ts";
import { replicateEvents, usualEvents } from "../functions/surfaces/replicate/webhook.ts";
import { stabilityOperations } from "../functions/surfaces/stability/parameters.ts";
import { stabilityNames, stabilityStatuses } from "../functions/surfaces/stability/problem.ts";
import { stabilityStates } from "../functions/surfaces/stability/answer.ts";
import { stabilityRoutes } from "../functions/surfaces/stability/routes.ts";
import type { SurfaceRoute } from "../functions/surfaces/surface-route.ts";
import { EditStatus } from "../schemas/edit.ts";
import { limits } from "../schemas/limits.ts";

const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;

/** A Markdown table; bars in its cells are escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function routesTable(routes: readonly SurfaceRoute[]): string {
  return table(
    ["route", "what it does"],
    routes.map(({ method, path, summary }) => [
      `\`${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}\``,
      summary,
    ]),
  );
}

function modelsTable(models: readonly Model[]): string {
  return table(
    ["model", "version", "task"],
    models.map(({ name, version, task }) => [`\`${name}\``, `\`${version}\``, `\`${task}\``]),
  );
}

/** What becomes of each parameter. */
function parametersTable(rules: Rules): string {
  return table(
    ["parameter", "becomes", ""],
    Object.entries(rules).map(([name, rule]) => [`\`${name}\``, ...becomes(rule)]),
  );
}

function becomes(rule: Rule): [string, string] {
  switch (rule.type) {
    case "maps": {
      const required = rule.required === true ? "required" : "";
      const note = [required, rule.note ?? "", pendingNote(rule.to)].filter((part) => part !== "");
      return [`\`${rule.to}\``, note.join("; ")];
    }
    case "picture":
      return [`\`${rule.role}\``, rule.note ?? ""];
    case "answers":
      return ["how to answer", rule.note];
    case "ignored":
      return ["ignored", rule.why];
    case "refused": {
      const allowed = rule.harmless.filter((value) => typeof value !== "number");
      const but = allowed.map((value) => `\`${String(value)}\``).join(", ");
      return [allowed.length === 0 ? "refused" : `refused, but for ${but}`, rule.why];
    }
    default:
      return rule satisfies never;
  }
}

/** What is said of a parameter that edits do not have yet. */
function pendingNote(to: string): string {
  if (!Object.hasOwn(pendingParameters, to)) return "";
  const { harmless } = pendingParameters[to as keyof typeof pendingParameters];
  const but = harmless.map((value) => `\`${String(value)}\``).join(", ");
  return harmless.length === 0 ? "**refused for now**" : `**refused for now**, but for ${but}`;
}

function statesTable(states: Readonly<Record<string, string>>): string {
  return table(
    ["edit", "there"],
    EditStatus.options.map((status) => [`\`${status}\``, `\`${states[status] ?? ""}\``]),
  );
}

/** The peers' limits beside Inlay's. */
function limitsTable(peer: string, rows: readonly (readonly [string, string, string])[]): string {
  return table(["limit", peer, "here"], rows);
}

const hours = (ms: number) => `${ms / 3_600_000} h`;
const prompt = `${limits.promptCharacters} characters`;
const pictures = `PNG, JPEG or WebP of ${limits.minSide} to ${limits.maxSide} pixels a side, up to ${limits.maxPixels / 1e6} million pixels and ${mebibytes(limits.imageBytes)}`;
const creates = `${limits.createsPerMinute} a minute, or what the operator sets`;
const retention = hours(spans.retention);

const replicate = `## Replicate

Base URL: your deployment and \`/v1\` (\`new Replicate({ auth: key, baseUrl: "https://.../v1" })\`; in Python the base URL
has no \`/v1\`).

${routesTable(replicateRoutes)}

\`GET /v1/webhooks/default/secret\` is Inlay's own route and Replicate's.

${modelsTable(replicateModels)}

A version can be named as \`owner/name\`, \`owner/name:version\` or the version alone. \`output\` is the list of the delivered
pictures' URLs; withheld ones are left out, and named in \`logs\`. \`input\` is what was sent, without the bytes of \`data:\`
URIs. \`previous\` is always null in lists.

${statesTable(predictionStates)}

An edit that expires before it ran is \`aborted\` where the request sent \`Cancel-After\`, and in no other case: clients wait
for \`succeeded\`, \`failed\` and \`canceled\` alone. \`Cancel-After\` takes ${cancelAfterSeconds.least} s to
${cancelAfterSeconds.most / 60} min. \`Prefer: wait\` waits up to 60 s; what is unfinished then is told as \`starting\`, as
Replicate does. \`error\` begins with Inlay's code.

${parametersTable(replicateInput)}

\`logs\` holds the seed, one line of progress that \`parseProgressFromLogs\` reads, and warnings. There is no \`urls.stream\`:
image models have none. Errors are problem objects with \`invalid_fields\`; statuses are those of [errors](errors.md).

Webhooks are the prediction, signed with the account's secret (\`validateWebhook\`), and sent as Inlay's own are: ten tries
over three days. \`webhook_events_filter\` is \`${usualEvents.join("`, `")}\` where none is sent.

${table(
  ["edit becomes", "events"],
  Object.entries(replicateEvents).map(([status, events]) => [
    `\`${status}\``,
    events.length === 0
      ? "none"
      : events.map((event) => `\`${event}\``).join(" and ") + ", one request",
  ]),
)}

\`logs\` has no event of its own.

${limitsTable("Replicate", [
  ["creates", "600 a minute", creates],
  ["\`data:\` URIs", "256 kB", `with the rest of a body of ${mebibytes(limits.jsonBytes)}`],
  ["\`Prefer: wait\`", "60 s", "60 s"],
  [
    "\`Cancel-After\`",
    "up to 24 h",
    `${cancelAfterSeconds.least} s to ${cancelAfterSeconds.most / 60} min`,
  ],
  ["a run without it", "30 min", "15 min from the create, or what the operator sets"],
  ["files", "any, 100 MiB", pictures],
  ["files are kept", "24 h", hours(spans.upload)],
  ["outputs are kept", "1 h", retention],
  ["webhook tries", "until about 1 min after the end", "10 over 75 h, \`start\` as well"],
])}
`;

const openAi = `## OpenAI

Base URL: your deployment and \`/v1\` (\`new OpenAI({ apiKey: key, baseURL: "https://.../v1" })\`).

${routesTable(openAiRoutes)}

The answer waits for the edit's end; going away from it does not stop the edit, going away from a stream cancels it,
uncharged. \`Inlay-Edit\` in the answer names the edit. Pictures come as \`b64_json\` unless \`response_format\` is \`url\`.
Withheld outputs are left out of \`data\`. \`usage\` is zeros: an edit's price is in \`GET /v1/edits/{id}\`. Kept pixels stay as
they are, which no mask does at OpenAI. A mask is required: without one there is nothing to change.

Edits:

${parametersTable(openAiEdit)}

Generations:

${parametersTable(openAiGeneration)}

Streams send \`image_edit.partial_image\` (a small JPEG) and \`image_edit.completed\`, one for each output, or
\`image_generation.*\`; an error after the beginning comes as an event \`error\`. JSON bodies have up to
${mebibytes(limits.jsonBytes)}; a \`file_id\` is an upload's id.

Errors:

${table(
  ["Inlay", "status", "type", "code"],
  [
    ...Object.entries(openAiCodes).map(([code, told]) => [
      `\`${code}\``,
      String(told.status),
      `\`${told.type}\``,
      `\`${told.code ?? code}\``,
    ]),
    ...Object.entries(openAiStatuses).map(([status, told]) => [
      `other ${status}`,
      String(told.status),
      `\`${told.type}\``,
      "Inlay's",
    ]),
  ],
)}

Every other status stays, with \`invalid_request_error\` below 500 and \`server_error\` from there on. \`param\` is the first
field that is wrong.

${limitsTable("OpenAI", [
  ["pictures of an edit", "16 of 50 MB", `one: ${pictures}`],
  ["mask", "PNG with alpha, 4 MB", "as the picture, and as large as it"],
  ["prompt", "32,000 characters", prompt],
  ["\`n\`", "10", String(limits.maxOutputs)],
  [
    "size of a generation",
    "up to 3840x2160",
    `up to ${limits.maxGeneratedSide}x${limits.maxGeneratedSide}`,
  ],
  ["a picture inside JSON", "20 MB", `with the rest of a body of ${mebibytes(limits.jsonBytes)}`],
  ["URLs last", "60 min", hours(spans.outputUrl)],
  ["requests", "by tier", creates],
])}
`;

const fal = `## fal

The client goes through its own proxy protocol:
\`createFalClient({ credentials: key, proxyUrl: { url: "https://.../fal/proxy", when: "always" } })\`. It is served what it
sends to \`queue.fal.run\`, \`fal.run\` and the upload server; anything else is a 404.

${routesTable(falRoutes)}

${modelsTable(ownModels)}

${statesTable(falStates)}

${parametersTable(falInput)}

${table(
  ["header", "", ""],
  Object.entries(falHeaderRules).map(([name, rule]) =>
    "refused" in rule
      ? [`\`${name}\``, "refused", rule.refused]
      : [`\`${name}\``, "ignored", rule.ignored],
  ),
)}

A result has \`images\`, \`image\` (the first of them), \`seed\`, \`prompt\`, \`has_nsfw_concepts\` and \`timings\`; withheld outputs
are left out. A request that ended badly is \`COMPLETED\`, and its result is the error: 422 lists the fields, other statuses
have a sentence, and 400 is an edit that has not ended or was canceled. Cancelling answers 202
\`CANCELLATION_REQUESTED\`, or 400 \`ALREADY_COMPLETED\`.

Webhooks come once, at the end, with \`status\` \`OK\` or \`ERROR\`; ten tries over three days. They are signed with Ed25519:
\`X-Fal-Webhook-Request-Id\`, \`-User-Id\` (the account), \`-Timestamp\` and \`-Signature\`. The keys are at
\`/fal/.well-known/jwks.json\`, drawn from the deployment's \`SIGNING_KEYS\`: two of them while those are being replaced.

${limitsTable("fal", [
  ["pictures", "by model", pictures],
  ["files over 90 MB", "in parts", "refused: uploads in parts are not served"],
  ["prompt", "by model", prompt],
  ["creates", "by concurrency", creates],
  ["webhook answer within", "15 s", "15 s"],
  ["webhook tries", "10 over 2 h", "10 over 75 h"],
  ["the key set may be kept", "24 h", "1 h, as its \`Cache-Control\` says"],
  ["outputs are kept", "as asked", retention],
])}
`;

const stability = `## Stability

${routesTable(stabilityRoutes)}

The answer waits and is the picture, with \`finish-reason\` and \`seed\` as headers, or JSON where \`Accept\` asks for it. Under
\`Prefer: respond-async\` it is 202 with an id for \`results\`. A result is as large as its picture, whatever its size.

${Object.entries(stabilityOperations)
  .map(([operation, rules]) => `\`${operation}\`:\n\n${parametersTable(rules)}`)
  .join("\n\n")}

Errors are \`id\` (the request's), \`name\` and \`errors\`. ${Object.entries(stabilityStatuses)
  .map(([from, to]) => `${from} is ${to}`)
  .join(", ")}; what the policy blocks is 403 \`content_moderation\`.

${table(
  ["status", "name"],
  Object.entries(stabilityNames).map(([status, name]) => [status, `\`${name}\``]),
)}

States of \`results\`:

${statesTable(stabilityStates)}

${limitsTable("Stability", [
  ["picture", "64 pixels a side, up to 9,437,184 pixels and 10 MiB", pictures],
  ["mask", "any size", "as large as the picture"],
  ["prompt", "10,000 characters", prompt],
  ["requests", "150 in 10 s", creates],
  ["size of a result", "4 megapixels", "the picture's own"],
  ["results are kept", "24 h", retention],
])}
`;

/** The page of compatible surfaces, from their own mapping tables. */
export function compatibilityPage(): string {
  return `# Compatible surfaces

Generated from the mapping tables in \`functions/surfaces\`; run \`npm run generate\` after a change.

Clients of Replicate, OpenAI, fal and Stability work with Inlay once they are pointed at it. Every one of them makes the
same edits with the same keys (\`Authorization: Bearer\`, \`Token\` or \`Key\`), limits, prices and ledger: an edit made through
one of them is found at \`GET /v1/edits/{id}\`, and through the others. \`Idempotency-Key\` works everywhere. Errors come in
each service's own envelope, with Inlay's [code](errors.md) in the header \`Inlay-Error\`. What has no meaning here is
refused with \`parameter_unsupported\`, or ignored where the tables say so; what is in no table is refused with
\`request_invalid\`.

Forms have up to ${mebibytes(limits.multipartBytes)}, JSON up to ${mebibytes(limits.jsonBytes)}, prompts up to
${limits.promptCharacters} characters, an edit up to ${limits.maxOutputs} outputs.

${[replicate, openAi, fal, stability].join("\n")}`;
}
