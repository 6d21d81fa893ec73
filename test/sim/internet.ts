import type { Invocation } from "./invocation.ts";
import type { Receiver } from "./receiver.ts";
import type { World } from "./world.ts";

/** A PNG's first bytes, 640 x 480: what a provider's file is recognised by. */
const picture = new Uint8Array([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 2,
  0x80, 0, 0, 1, 0xe0, 8, 2, 0, 0, 0, 0, 0, 0, 0,
]);

/** What `fetch` needs to say of an answer here. */
function answer(status: number, headers: Record<string, string>, chunks?: Uint8Array[]): Response {
  const body =
    chunks === undefined
      ? null
      : new ReadableStream({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk);
            controller.close();
          },
        });
  return { status, headers: new Headers(headers), body } as unknown as Response;
}

/** Everything outside: customers' receivers and a provider's file server. */
export function internet(world: World, receivers: ReadonlyMap<string, Receiver>) {
  return (invocation: Invocation): typeof fetch =>
    async (input, init) => {
      const { clock, faults, random } = world;
      const url = new URL(input as string);
      const receiver = receivers.get(url.hostname);
      if (receiver === undefined) {
        return invocation.call(() => answer(200, {}, [picture]), {
          lost: faults.strikes("file_unreachable"),
        });
      }
      const said = await invocation.call(() => receiver.receive(init as RequestInit));
      if (said === "slow") {
        await clock.sleep(15_000);
        throw new DOMException("The operation timed out.", "TimeoutError");
      }
      if (said === "unreachable") {
        await clock.sleep(random.between(1, 5_000));
        throw new TypeError("fetch failed");
      }
      return answer(said.status, said.headers);
    };
}
