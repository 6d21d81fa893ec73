import { env } from "cloudflare:workers";

/** A call that the Worker, one of its objects or its queue's consumer makes of a binding: one round trip. */
export interface BindingCall {
  readonly binding: "ACCOUNT" | "POOL" | "BUCKET" | "DIRECTORY" | "WORK";
  readonly method: string;
  /** Whether the same call can be made once more: not where it sends a stream. */
  readonly repeatable: boolean;
}

/** What stands between the code and its bindings: makes the call by `go`, or does not. */
export type Interception = (call: BindingCall, go: () => Promise<unknown>) => Promise<unknown>;

/** The bindings themselves, for what a test looks up or does behind the code's back. */
export const direct = { ...env };

const statements = new WeakMap<object, D1PreparedStatement>();

/**
 * Has every call on the bindings pass through `interception`, in the whole isolate: the Worker, its objects, its consumer
 * and its cron. Returns what takes it away again.
 */
export function interceptBindings(interception: Interception): () => void {
  const objects = (binding: "ACCOUNT" | "POOL") =>
    proxy(direct[binding], {
      get: (...named: unknown[]) =>
        intercepted(interception, binding, call(direct[binding], "get", named) as object),
    });
  const replaced = {
    ACCOUNT: objects("ACCOUNT"),
    POOL: objects("POOL"),
    BUCKET: intercepted(interception, "BUCKET", direct.BUCKET),
    WORK: intercepted(interception, "WORK", direct.WORK),
    DIRECTORY: proxy(direct.DIRECTORY, {
      prepare: (sql: unknown) => statement(interception, direct.DIRECTORY.prepare(String(sql))),
      batch: (batch: unknown) =>
        interception({ binding: "DIRECTORY", method: "batch", repeatable: true }, () =>
          direct.DIRECTORY.batch(
            (batch as object[]).map((one) => statements.get(one) as D1PreparedStatement),
          ),
        ),
    }),
  };
  Object.assign(env, replaced);
  return () => {
    Object.assign(env, direct);
  };
}

type Method = (...args: unknown[]) => unknown;

/** A method's call as it is written: the methods of an RPC stub know neither `call` nor `apply`. */
function call(target: object, name: string, args: readonly unknown[]): unknown {
  return (target as Record<string, Method>)[name]?.(...args);
}

/** The same object, but for these of its methods. */
function proxy(target: object, methods: Readonly<Record<string, Method>>): object {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "string" && methods[name] !== undefined) return methods[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Every method of the target as a call that is intercepted. */
function intercepted(
  interception: Interception,
  binding: BindingCall["binding"],
  target: object,
): object {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name === "symbol") return value;
      return (...args: unknown[]) => {
        const repeatable = !args.some((sent) => sent instanceof ReadableStream);
        const go = async () => call(target, name, args);
        return interception({ binding, method: name, repeatable }, go);
      };
    },
  });
}

function statement(interception: Interception, prepared: D1PreparedStatement): object {
  const one = new Proxy(prepared, {
    get(_, name) {
      if (name === "bind") {
        return (...values: unknown[]) => statement(interception, prepared.bind(...values));
      }
      const value: unknown = Reflect.get(prepared, name, prepared);
      if (typeof value !== "function" || typeof name === "symbol") return value;
      return (...args: unknown[]) =>
        interception({ binding: "DIRECTORY", method: name, repeatable: true }, async () =>
          call(prepared, name, args),
        );
    },
  });
  statements.set(one, prepared);
  return one;
}
