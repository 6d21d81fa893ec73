import { signedHeaders } from "../../functions/deliver/signature.ts";
import { pause } from "../client/transport.ts";

/** An event on its way to an address on this machine. */
export interface Forwarded {
  readonly id: string;
  readonly payload: string;
}

/** How long a receiver may take, in milliseconds, as for webhooks from the service. */
const patience = 15_000;

/** Tries of an event that the receiver answers with a failure. */
const tries = 4;

/** The longest wait for a receiver that does not answer, in milliseconds. */
const longestWait = 5_000;

/**
 * POSTs an event, signed as its webhook is, until the receiver takes it: as long as it cannot be reached, and four times
 * where it answers with a failure. Returns the last status; null where `signal` ended it first.
 */
export async function forward(
  target: string,
  secret: string,
  event: Forwarded,
  signal: AbortSignal,
): Promise<number | null> {
  let wait = 250;
  for (let failures = 0; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
    const status = await post(target, secret, event);
    if (status !== null && status >= 200 && status < 300) return status;
    if (status !== null) failures += 1;
    if (status !== null && failures >= tries) return status;
    if (status === null && wait === 250) console.error(`… ${target} does not answer; waiting`);
    await pause(wait);
  }
  return null;
}

/** One try; null where no answer came. */
async function post(target: string, secret: string, { id, payload }: Forwarded) {
  try {
    const answer = await fetch(target, {
      method: "POST",
      body: payload,
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        ...signedHeaders([secret], { id, at: new Date(), payload }),
      },
      signal: AbortSignal.timeout(patience),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return null;
  }
}
