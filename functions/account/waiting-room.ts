/** Requests that wait for an edit to end. Lost with the process: each of them then asks again. */
export class WaitingRoom {
  #waiting = new Map<string, Set<() => void>>();

  /** Resolves when `call` names the edit, or after `ms` milliseconds. */
  async wait(edit: string, ms: number): Promise<void> {
    const waiting = this.#waiting.get(edit) ?? new Set();
    this.#waiting.set(edit, waiting);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
    });
    if (waiting.size === 0) this.#waiting.delete(edit);
  }

  /** Lets everyone go who waits for the edit. */
  call(edit: string): void {
    for (const done of this.#waiting.get(edit) ?? []) done();
  }
}
