/** Queues hold a message back for at most twelve hours. */
const longestDelay = 12 * 3_600_000;

/** An account is visited once a day even if nothing is due: the net under the nets, in milliseconds. */
const visitEvery = 24 * 3_600_000;

/** How long after the alarm the queue's message comes, in milliseconds. */
const queueMargin = 5_000;

/** What waking an account takes: its own alarm, the queue and the directory that the cron reads. */
export interface WakeNets {
  /** Sets the account's one alarm, in milliseconds since the epoch. */
  readonly setAlarm: (at: number) => Promise<void>;
  readonly deleteAlarm: () => Promise<void>;
  /** Has the queue wake the account in so many seconds. */
  readonly remind: (account: string, delaySeconds: number) => Promise<void>;
  /** Notes for the cron when the account wants to be woken, in milliseconds since the epoch; null for never again. */
  readonly record: (account: string, at: number | null) => Promise<void>;
}

/**
 * Keeps an account's next deadline in three independent nets: the object's alarm, a delayed queue message, and the
 * directory's `wake_at` for the cron. The alarm always follows; the other two are written only when the deadline moves
 * closer than the one they hold, since an early wake finds nothing due and does no harm.
 */
export class Waker {
  #account: string;
  #nets: WakeNets;
  #recorded: number | null = null;

  constructor(account: string, nets: WakeNets) {
    this.#account = account;
    this.#nets = nets;
  }

  /** Forgets a recorded wake that has come, so that the next deadline is recorded anew. */
  woken(now: number): void {
    if (this.#recorded !== null && this.#recorded <= now) this.#recorded = null;
  }

  /** Arms the alarm for `due` (milliseconds; null for nothing) and writes the other nets where needed. */
  async arm(due: number | null, now: number): Promise<void> {
    const written = this.#recorded !== null && this.#recorded <= (due ?? Infinity);
    const hop = due === null ? now + visitEvery : Math.min(due, now + longestDelay);
    if (!written) this.#recorded = hop;
    const delaySeconds = Math.ceil(
      Math.min(Math.max(hop - now + queueMargin, 0), longestDelay) / 1000,
    );
    // None of them waits for another, which may fail.
    const [, ...nets] = await Promise.allSettled([
      due === null ? this.#nets.deleteAlarm() : this.#nets.setAlarm(Math.max(due, now + 50)),
      ...(written ? [] : [this.#nets.record(this.#account, hop)]),
      ...(written || due === null ? [] : [this.#nets.remind(this.#account, delaySeconds)]),
    ]);
    // What failed is written again with the next change.
    if (nets.some(({ status }) => status === "rejected")) this.#recorded = null;
  }

  /** Lets a deleted account sleep for good. */
  async rest(): Promise<void> {
    this.#recorded = null;
    await Promise.allSettled([this.#nets.deleteAlarm(), this.#nets.record(this.#account, null)]);
  }
}
