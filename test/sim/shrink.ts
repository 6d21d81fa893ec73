import { faultKinds } from "./faults.ts";
import { simulate, type Outcome } from "./simulate.ts";

/**
 * Looks for a smaller scenario that breaks a promise too: fewer edits, then fewer kinds of faults. Stops after `ms`
 * milliseconds with the smallest so far.
 */
export async function shrink(failure: Outcome, ms: number): Promise<Outcome> {
  const until = performance.now() + ms;
  let best = failure;
  const attempt = async (scenario: Outcome["scenario"]): Promise<boolean> => {
    if (performance.now() > until) return false;
    const outcome = await simulate(scenario);
    if (outcome.violation === null) return false;
    best = outcome;
    return true;
  };

  // The failing world may have stopped long before its last edit.
  await attempt({ ...best.scenario, edits: Math.max(1, best.edits) });
  for (let part = 2; part <= 16; part *= 2) {
    while (best.scenario.edits > 1) {
      const edits = best.scenario.edits - Math.max(1, Math.ceil(best.scenario.edits / part));
      if (edits < 1 || !(await attempt({ ...best.scenario, edits }))) break;
    }
  }
  const kinds = () => best.scenario.kinds ?? faultKinds;
  for (let size = Math.ceil(kinds().length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kinds().length;) {
      const fewer = kinds().filter((_, place) => place < from || place >= from + size);
      if (!(await attempt({ ...best.scenario, kinds: fewer }))) from += size;
    }
  }
  return best;
}
