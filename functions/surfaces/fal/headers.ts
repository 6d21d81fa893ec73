import { refuseField } from "../../errors/refusal.ts";
import { ProblemError } from "../../errors/problem-error.ts";

/** What becomes of the headers of fal's queue: why each is ignored, or (`refused`) what is said where it is sent. */
export const falHeaderRules: Readonly<
  Record<string, { readonly ignored: string } | { readonly refused: string }>
> = {
  "x-fal-queue-priority": { ignored: "Slots are shared fairly by accounts." },
  "x-fal-runner-hint": { ignored: "Any runner is as good as another." },
  "x-fal-no-retry": { ignored: "A further attempt costs nothing." },
  "x-fal-request-timeout": {
    refused: "The time until the start cannot be limited here. Leave out startTimeout.",
  },
  "x-fal-object-lifecycle-preference": {
    refused: "Files are kept as the deployment keeps them: 24 hours. Leave out storageSettings.",
  },
};

/**
 * Refuses headers that would change what is done.
 *
 * @throws {ProblemError} `parameter_unsupported`, naming the header.
 */
export function checkFalHeaders(header: (name: string) => string | undefined): void {
  for (const [name, rule] of Object.entries(falHeaderRules)) {
    if (!("refused" in rule) || header(name) === undefined) continue;
    throw new ProblemError(refuseField("parameter_unsupported", `/${name}`, rule.refused));
  }
}
