import { falHeaderRules } from "../../functions/surfaces/fal/headers.ts";
import { falInput } from "../../functions/surfaces/fal/input.ts";
import { falRoutes } from "../../functions/surfaces/fal/routes.ts";
import { falStates } from "../../functions/surfaces/fal/status.ts";
import { ownModels } from "../../functions/surfaces/models.ts";
import {
  table,
  routesTable,
  modelsTable,
  parametersTable,
  statesTable,
  limitsTable,
  prompt,
  pictures,
  creates,
  retention,
} from "./tables.ts";

/** What becomes of fal's interface. */
export const fal = `## fal

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
  ["files over 90 MB", "in parts", "refused: no picture may be as large"],
  ["prompt", "by model", prompt],
  ["creates", "by concurrency", creates],
  ["webhook answer within", "15 s", "15 s"],
  ["webhook tries", "10 over 2 h", "10 over 75 h"],
  ["the key set may be kept", "24 h", "1 h, as its `Cache-Control` says"],
  ["outputs are kept", "as asked", retention],
])}
`;
