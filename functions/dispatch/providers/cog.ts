import { describeError } from "../../log.ts";
import type { PredictionRequest, Provider, StartOutcome } from "./provider.ts";

export interface CogOptions {
  readonly url: string;
  /** What a proxy in front of the server asks for, since coglet asks for nothing. */
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A server that does not answer at all is given up on after this, in milliseconds. */
const answerWithin = 10_000;

/** Pauses between tries at a slot that was just freed: coglet lets go of it a few milliseconds after its callback. */
const slotPauses = [50, 150, 400] as const;

/**
 * Any server that speaks Cog's HTTP API (coglet 0.23): predictions are PUT under the attempt's own name, so that
 * asking twice runs once. A server that is busy (409), not ready (503) or unreachable has not started anything that
 * a later attempt could harm: should it have, its result is taken all the same.
 */
export function cogProvider({ url, token, fetch, sleep }: CogOptions): Provider {
  const at = (path: string) => `${url.replace(/\/$/, "")}${path}`;

  const authorization = `Bearer ${token}`;

  async function put(request: PredictionRequest): Promise<Response> {
    return fetch(at(`/predictions/${encodeURIComponent(request.id)}`), {
      method: "PUT",
      headers: { authorization, "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({
        input: request.input,
        webhook: request.callbackUrl,
        webhook_events_filter: ["start", "logs", "completed"],
      }),
      signal: AbortSignal.timeout(answerWithin),
    });
  }

  return {
    name: "cog",

    async start(request): Promise<StartOutcome> {
      try {
        let response = await put(request);
        for (const pause of slotPauses) {
          if (response.status !== 409) break;
          await response.body?.cancel();
          await sleep(pause);
          response = await put(request);
        }
        if (response.ok) {
          await response.body?.cancel();
          return { type: "started", prediction: request.id };
        }
        const reason = `${response.status}: ${(await response.text()).slice(0, 300)}`;
        if ([409, 429, 502, 503, 504].includes(response.status)) {
          return { type: "busy", retryAfter: 1, reason };
        }
        return { type: "rejected", reason };
      } catch (error) {
        return { type: "busy", retryAfter: 2, reason: describeError(error) };
      }
    },

    async cancel(prediction) {
      const response = await fetch(at(`/predictions/${encodeURIComponent(prediction)}/cancel`), {
        method: "POST",
        headers: { authorization },
        signal: AbortSignal.timeout(answerWithin),
      });
      await response.body?.cancel();
    },

    find: () => Promise.resolve(null),
  };
}
