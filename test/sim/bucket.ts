import type { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** One bucket, grouped by the first three parts of a key, which is what prefixes are made of. */
export class Bucket {
  #world: World;
  #groups = new Map<string, Map<string, string>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** What lies under a key, past every fault. */
  peek(key: string): string | undefined {
    return this.#groups.get(group(key))?.get(key);
  }

  /** Everything under the first three parts of a key, past every fault. */
  within(prefix: string): ReadonlyMap<string, string> {
    return this.#groups.get(prefix) ?? new Map();
  }

  binding(invocation: Invocation): R2Bucket {
    const { faults } = this.#world;
    const read = <T>(work: () => T) =>
      invocation.call(work, { lost: faults.strikes("read_failed") });
    const write = <T>(work: () => T) =>
      invocation.call(work, {
        lost: faults.strikes("put_failed"),
        answerLost: faults.strikes("put_reported_failed"),
      });
    const binding = {
      get: (key: string) =>
        read(() => {
          const value = this.#groups.get(group(key))?.get(key);
          if (value === undefined) return null;
          const json = () => Promise.resolve().then((): unknown => JSON.parse(value));
          return { size: value.length, json };
        }),
      put: (key: string, value: string | Uint8Array, options?: { onlyIf?: unknown }) =>
        write(() => this.#put(key, String(value), options?.onlyIf !== undefined)),
      list: ({ prefix }: { prefix: string }) =>
        read(() => {
          const keys = [...(this.#groups.get(group(prefix))?.keys() ?? [])];
          const objects = keys.filter((key) => key.startsWith(prefix)).map((key) => ({ key }));
          return { objects, truncated: false };
        }),
      delete: (keys: string | readonly string[]) =>
        write(() => {
          for (const key of [keys].flat()) this.#delete(key);
        }),
    };
    return binding as unknown as R2Bucket;
  }

  #put(key: string, value: string, once: boolean): object | null {
    const name = group(key);
    const held = this.#groups.get(name) ?? new Map<string, string>();
    if (once && held.has(key)) return null;
    held.set(key, value);
    this.#groups.set(name, held);
    return { key };
  }

  #delete(key: string): void {
    const name = group(key);
    const held = this.#groups.get(name);
    held?.delete(key);
    if (held?.size === 0) this.#groups.delete(name);
  }
}

function group(key: string): string {
  return key.split("/", 3).join("/");
}
