import { stabilityStates } from "../../functions/surfaces/stability/answer.ts";
import { stabilityOperations } from "../../functions/surfaces/stability/parameters.ts";
import { stabilityNames, stabilityStatuses } from "../../functions/surfaces/stability/problem.ts";
import { stabilityRoutes } from "../../functions/surfaces/stability/routes.ts";
import {
  table,
  routesTable,
  parametersTable,
  statesTable,
  limitsTable,
  prompt,
  pictures,
  creates,
  retention,
} from "./tables.ts";

/** What becomes of Stability's interface. */
export const stability = `## Stability

${routesTable(stabilityRoutes)}

The answer waits and is the picture, with \`finish-reason\` and \`seed\` as headers, or JSON where \`Accept\` asks for it. Under
\`Prefer: respond-async\` it is 202 with an id for \`results\`. A result is as large as its picture, whatever
its size, and what \`outpaint\` adds.

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
  ["mask", "any size", "any size: a pixel is marked as soon as any part of what it covers is"],
  ["prompt", "10,000 characters", prompt],
  ["requests", "150 in 10 s", creates],
  ["size of a result", "4 megapixels", "the picture's own"],
  ["results are kept", "24 h", retention],
])}
`;
