import type { Random } from "./random.ts";

interface Timed {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** Whether promises may go on after it. */
  readonly settles: boolean;
}

/**
 * Virtual time. Everything asynchronous waits here for its moment; what is due at the same moment runs in an order that
 * the seed draws. One step is one event with all that follows from it without waiting.
 */
export class Scheduler {
  now: number;
  steps = 0;
  #random: Random;
  #heap: Timed[] = [];

  constructor(random: Random, start: number) {
    this.#random = random;
    this.now = start;
  }

  /** Runs something in so many milliseconds; times are whole. */
  after(ms: number, run: () => void, settles = true): void {
    this.#push({
      at: this.now + Math.max(0, Math.round(ms)),
      order: this.#random.uint32(),
      run,
      settles,
    });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Runs events until `done` says so after one of them, time reaches `until`, or none is left. */
  async run(done: () => boolean, until: number): Promise<void> {
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.at > until) {
        this.now = until;
        return;
      }
      this.#pop();
      this.now = event.at;
      this.steps += 1;
      event.run();
      if (event.settles) await settled();
      if (done()) return;
    }
  }

  #push(event: Timed): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(event, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, left)) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || !before(smaller, last)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
  }
}

function before(a: Timed, b: Timed): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when every promise that could go on has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
