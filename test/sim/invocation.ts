import type { World } from "./world.ts";

/** What may go wrong with one call over a port. */
interface CallFaults {
  /** The call never arrives. */
  readonly lost?: boolean;
  /** The call has its effect, and the caller is told that it failed. */
  readonly answerLost?: boolean;
}

/**
 * One event at the edge: a request, a batch of the queue, a run of the cron. Its isolate may be killed at any port
 * call; nothing of it goes on from there.
 */
export class Invocation {
  readonly skew: number;
  #world: World;
  #killed: () => void;
  #dead = false;

  constructor(world: World, killed: () => void = () => undefined) {
    this.#world = world;
    this.#killed = killed;
    this.skew = world.faults.skew();
  }

  /** A call over a port: `work` takes effect at a moment of its own, and the answer comes at another. */
  call<T>(work: () => T, { lost, answerLost }: CallFaults = {}): Promise<T> {
    const { clock, random, faults } = this.#world;
    if (!this.#dead && faults.strikes("isolate_killed")) {
      this.#dead = true;
      clock.after(random.between(1, 1_000), this.#killed);
    }
    if (this.#dead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      clock.after(random.between(1, 30), () => {
        if (lost === true) {
          reject(new Error("the call was lost"));
          return;
        }
        let value: T;
        try {
          value = work();
        } catch (error) {
          reject(error);
          return;
        }
        if (answerLost === true) {
          clock.after(random.between(1, 20_000), () => reject(new Error("the answer was lost")));
        } else if (random.chance(0.3)) {
          clock.after(random.between(1, 200), () => resolve(value));
        } else {
          resolve(value);
        }
      });
    });
  }
}
