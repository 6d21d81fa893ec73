import { spans } from "../../functions/account/context.ts";
import { cancelAfterSeconds } from "../../functions/surfaces/replicate/cancel-after.ts";
import { replicateInput } from "../../functions/surfaces/replicate/input.ts";
import { replicateModels } from "../../functions/surfaces/replicate/models.ts";
import { predictionStates } from "../../functions/surfaces/replicate/prediction.ts";
import { replicateRoutes } from "../../functions/surfaces/replicate/routes.ts";
import { replicateEvents, usualEvents } from "../../functions/surfaces/replicate/webhook.ts";
import { limits } from "../../schemas/limits.ts";
import {
  mebibytes,
  table,
  routesTable,
  modelsTable,
  parametersTable,
  statesTable,
  limitsTable,
  hours,
  pictures,
  creates,
  retention,
} from "./tables.ts";

/** What becomes of Replicate's interface. */
export const replicate = `## Replicate

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
  ["`data:` URIs", "256 kB", `with the rest of a body of ${mebibytes(limits.jsonBytes)}`],
  ["`Prefer: wait`", "60 s", "60 s"],
  [
    "`Cancel-After`",
    "up to 24 h",
    `${cancelAfterSeconds.least} s to ${cancelAfterSeconds.most / 60} min`,
  ],
  ["a run without it", "30 min", "15 min from the create, or what the operator sets"],
  ["files", "any, 100 MiB", pictures],
  ["files are kept", "24 h", hours(spans.upload)],
  ["outputs are kept", "1 h", retention],
  ["webhook tries", "until about 1 min after the end", "10 over 75 h, `start` as well"],
])}
`;
