import { spans } from "../../functions/account/context.ts";
import { openAiEdit, openAiGeneration } from "../../functions/surfaces/openai/parameters.ts";
import { openAiCodes, openAiStatuses } from "../../functions/surfaces/openai/problem.ts";
import { openAiRoutes } from "../../functions/surfaces/openai/routes.ts";
import { limits } from "../../schemas/limits.ts";
import {
  mebibytes,
  table,
  routesTable,
  parametersTable,
  limitsTable,
  hours,
  prompt,
  pictures,
  creates,
} from "./tables.ts";

/** What becomes of OpenAI's interface. */
export const openAi = `## OpenAI

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
  ["mask", "PNG with alpha, 4 MB", "as the picture, and as large as it without `mask_resize`"],
  ["prompt", "32,000 characters", prompt],
  ["`n`", "10", String(limits.maxOutputs)],
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
