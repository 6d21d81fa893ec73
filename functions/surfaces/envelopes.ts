import type { Problem } from "../../schemas/problem.ts";
import type { Envelope } from "./envelope.ts";
import { falProblem } from "./fal/problem.ts";
import { openAiProblem } from "./openai/problem.ts";
import { replicateProblem } from "./replicate/problem.ts";
import { stabilityProblem } from "./stability/problem.ts";

const envelopes: readonly (readonly [RegExp, (problem: Problem) => Envelope])[] = [
  [/^\/v1\/(predictions|models|deployments|files)(\/|$)/, replicateProblem],
  [/^\/v1\/images(\/|$)/, openAiProblem],
  [/^\/fal(\/|$)/, falProblem],
  [/^\/v2beta(\/|$)/, stabilityProblem],
];

/** A problem as the surface that has this path tells it; null for Inlay's own paths. */
export function envelopeFor(path: string, problem: Problem): Envelope | null {
  const enclose = envelopes.find(([prefix]) => prefix.test(path))?.[1];
  return enclose?.(problem) ?? null;
}
