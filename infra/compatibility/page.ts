import { limits } from "../../schemas/limits.ts";
import { fal } from "./fal.ts";
import { openAi } from "./openai.ts";
import { replicate } from "./replicate.ts";
import { stability } from "./stability.ts";
import { mebibytes } from "./tables.ts";

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
