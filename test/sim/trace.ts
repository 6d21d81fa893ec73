const kept = 400;

/** The last lines of what happened; production's own log lines are among them. Written out only when they are read. */
export class Trace {
  #lines: { readonly step: number; readonly line: string | (() => string) }[] = [];
  #next = 0;

  add(step: number, line: string | (() => string)): void {
    this.#lines[this.#next % kept] = { step, line };
    this.#next += 1;
  }

  last(count: number): string[] {
    const from = Math.max(0, this.#next - Math.min(count, kept));
    return Array.from({ length: this.#next - from }, (_, place) => {
      const entry = this.#lines[(from + place) % kept];
      const text = typeof entry?.line === "function" ? entry.line() : entry?.line;
      return `${entry?.step} ${text}`;
    });
  }
}

/** Runs `work` with the console's lines going to the trace. */
export async function traced<T>(add: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const { info, warn, error } = console;
  Object.assign(console, { info: add, warn: add, error: add });
  try {
    return await work();
  } finally {
    Object.assign(console, { info, warn, error });
  }
}
