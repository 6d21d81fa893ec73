import type { Random } from "./random.ts";

/** Every fault there is, and how often it strikes where it can. */
const rates = {
  queue_duplicated: 0.02,
  queue_reordered: 0.05,
  queue_delayed: 0.02,
  queue_dropped: 0.01,
  queue_ack_lost: 0.01,
  send_failed: 0.01,
  send_answer_lost: 0.01,
  old_message: 0.003,
  unknown_message: 0.003,
  deploy: 0.003,
  isolate_killed: 0.002,
  call_lost: 0.004,
  answer_lost: 0.01,
  account_evicted: 0.01,
  pool_evicted: 0.01,
  pool_answer_lost: 0.01,
  alarm_late: 0.05,
  alarm_lost: 0.01,
  alarm_doubled: 0.02,
  alarm_gave_up: 0.02,
  directory_failed: 0.02,
  directory_answer_lost: 0.02,
  put_failed: 0.005,
  put_reported_failed: 0.01,
  read_failed: 0.005,
  start_unknown: 0.01,
  start_busy: 0.02,
  start_rejected: 0.005,
  run_outlives_lease: 0.01,
  run_never_begins: 0.005,
  container_killed_before: 0.01,
  container_killed_between: 0.01,
  container_killed_after: 0.01,
  cancel_failed: 0.05,
  callback_lost: 0.02,
  callback_late: 0.02,
  callback_doubled: 0.03,
  callback_reordered: 0.05,
  callback_stale: 0.02,
  callback_forged: 0.02,
  file_unreachable: 0.02,
  receiver_down: 0.05,
  receiver_slow: 0.02,
  receiver_gone: 0.01,
  receiver_redirects: 0.01,
  receiver_answer_lost: 0.01,
  clock_skewed: 0.1,
} as const;

export type FaultKind = keyof typeof rates;
export const faultKinds = Object.keys(rates) as FaultKind[];

/** How much more or less often than usual a kind strikes in one world; drawn for each, so that worlds differ. */
const weathers = [0, 0.3, 1, 1, 3] as const;

/** Draws and counts the faults of one world. */
export class Faults {
  readonly counts = new Map<FaultKind, number>();
  /** Off once the faults are to stop. */
  active = true;
  #random: Random;
  #rates = new Map<FaultKind, number>();
  #struck: (kind: FaultKind) => void;

  constructor(
    random: Random,
    kinds: readonly FaultKind[],
    struck: (kind: FaultKind) => void = () => undefined,
  ) {
    this.#random = random;
    this.#struck = struck;
    for (const kind of faultKinds) {
      const rate = Math.min(rates[kind] * random.pick(weathers), 0.5);
      this.#rates.set(kind, kinds.includes(kind) ? rate : 0);
    }
  }

  /** Whether this fault strikes now. */
  strikes(kind: FaultKind): boolean {
    if (!this.active || !this.#random.chance(this.#rates.get(kind) ?? 0)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.#struck(kind);
    return true;
  }

  /** How far a clock is off, in milliseconds: mostly not at all, else up to ten minutes either way. */
  skew(): number {
    return this.strikes("clock_skewed") ? Math.round(this.#random.between(-600_000, 600_000)) : 0;
  }
}
