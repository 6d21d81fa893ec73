/** How one address of a customer's has been answering. */
export interface BreakerState {
  /** Failed tries in a row. */
  readonly failures: number;
  /** Closed while null; open until then, when one try may find out whether the address is back. Milliseconds. */
  readonly probeAt: number | null;
}

/** What can happen at an address. Times are milliseconds. */
export type BreakerEvent =
  /** A try wants to begin, beside `inFlight` others that have. */
  | { readonly type: "asked"; readonly now: number; readonly inFlight: number }
  | { readonly type: "answered" }
  | { readonly type: "failed"; readonly now: number }
  /** The customer asks for a try now, and is let in as the next probe. */
  | { readonly type: "hurried"; readonly now: number };

export interface BreakerTransition {
  readonly state: BreakerState;
  /** Whether the try that asked may begin; else, when asking again makes sense. Null where none asked. */
  readonly verdict: { readonly admitted: true } | { readonly waitUntil: number } | null;
}

/** Tries at one address that may be under way at the same time. */
export const maxInFlight = 10;

/** Failures in a row after which an address is left alone but for probes. */
export const opensAfter = 5;

/** Failures in a row that take an hour at least, though all tries that may be under way at once had failed together. */
export const longFailing = 20;

/** How long a try may be under way before it counts as lost, in milliseconds. */
export const tryLease = 60_000;

const firstPause = 30_000;
const longestPause = 600_000;

/** An address of which nothing bad is known. */
export const closed: BreakerState = { failures: 0, probeAt: null };

/**
 * The breaker of one address, so that it delays no other: so many tries at once and no more, and after five failures in
 * a row one probe at a time, after 30 seconds at first and then later and later, up to ten minutes. One answer closes it.
 */
export function next(state: BreakerState, event: BreakerEvent): BreakerTransition {
  switch (event.type) {
    case "asked": {
      const { now, inFlight } = event;
      if (state.probeAt !== null) {
        if (now < state.probeAt) return { state, verdict: { waitUntil: state.probeAt } };
        // The probe is out: nobody else follows until it is back, or lost.
        return { state: { ...state, probeAt: now + tryLease }, verdict: { admitted: true } };
      }
      if (inFlight < maxInFlight) return { state, verdict: { admitted: true } };
      return { state, verdict: { waitUntil: now + tryLease } };
    }
    case "answered":
      return { state: closed, verdict: null };
    case "failed": {
      const failures = state.failures + 1;
      if (failures < opensAfter) return { state: { ...state, failures }, verdict: null };
      const pause = Math.min(firstPause * 2 ** (failures - opensAfter), longestPause);
      return { state: { failures, probeAt: event.now + pause }, verdict: null };
    }
    case "hurried":
      if (state.probeAt === null || state.probeAt <= event.now) return { state, verdict: null };
      return { state: { ...state, probeAt: event.now }, verdict: null };
    default:
      return event satisfies never;
  }
}

/** How many waiting tries may be called up now. */
export function vacancies(state: BreakerState, now: number, inFlight: number): number {
  if (state.probeAt !== null) return now < state.probeAt ? 0 : 1;
  return Math.max(0, maxInFlight - inFlight);
}
