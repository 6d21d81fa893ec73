/**
 * A stub for as long as its holder wants it: each call goes out by a fresh one. Cloudflare's own stub stays broken once
 * its object was restarted, by a deploy or an exception, even if no call was under way. Whoever uploads for a minute or
 * waits for somebody's answer between two calls would lose the second.
 *
 * A call that was under way fails all the same, and calls of one holder keep no order but that of their answers.
 */
export function lastingStub<T extends Rpc.DurableObjectBranded>(
  fresh: () => DurableObjectStub<T>,
): DurableObjectStub<T> {
  return new Proxy(fresh(), {
    get: (_, name) => Reflect.get(fresh(), name) as unknown,
  });
}
