import { interceptBindings } from "./bindings.ts";

/** What a request took. */
interface Taken {
  readonly answer: Response;
  /** Calls of the budget that were made. */
  readonly made: readonly string[];
  /** Calls beyond the budget that the answer waited for. */
  readonly awaited: readonly string[];
}

/**
 * Sends a request and lets only the calls of its budget through until the answer is there, each once. Every other call on
 * a binding, by the Worker or by one of its objects, is held back until then. What is held back for longer than
 * `patience` (milliseconds) is let go, and counts as awaited.
 */
export async function within(
  budget: readonly string[],
  send: () => Promise<Response>,
  patience = 10_000,
): Promise<Taken> {
  const left = [...budget];
  const made: string[] = [];
  const awaited: string[] = [];
  const state = { answered: false };
  const restore = interceptBindings(async ({ binding, method }, go) => {
    const call = `${binding}.${method}`;
    const place = left.indexOf(call);
    if (place >= 0) {
      made.push(...left.splice(place, 1));
      return go();
    }
    // By timers of the caller's own, since in workerd nothing waits for another request's promise.
    for (let waited = 0; !state.answered; waited += 5) {
      if (waited >= patience) {
        awaited.push(call);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return go();
  });
  try {
    return { answer: await send(), made, awaited };
  } finally {
    state.answered = true;
    restore();
  }
}
