import Replicate from "replicate";
import { Prediction } from "../../../schemas/prediction.ts";
import { describeError } from "../../log.ts";
import type { PredictionRequest, Provider, StartOutcome } from "./provider.ts";

export interface ReplicateOptions {
  readonly token: string;
  /** `owner/name:version`; Replicate creates predictions without a version for official models alone. */
  readonly model: string;
  readonly url: string;
  readonly fetch: typeof fetch;
}

/** No answer came; stands in for a status, since Replicate never sends it. */
const noAnswer = 599;

/**
 * Replicate, through its own client. A create has no idempotency key there, so one whose answer was lost is `unknown`;
 * `Cancel-After` makes Replicate give up by itself when the edit's time is over.
 *
 * The client asks again by itself after a 429 and after any error of `fetch`, a create included, which could start the
 * same prediction six times over. Neither ever reaches it: a 429 becomes a 503, a lost answer becomes a 599.
 */
export function replicateProvider({ token, model, url, fetch }: ReplicateOptions): Provider {
  const client = (headers: Record<string, string> = {}) =>
    new Replicate({
      auth: token,
      baseUrl: url,
      useFileOutput: false,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        try {
          const response = await fetch(request);
          if (response.status !== 429) return response;
          return new Response(response.body, { status: 503, headers: response.headers });
        } catch (error) {
          return new Response(describeError(error), { status: noAnswer });
        }
      },
    });

  const version = model.slice(model.indexOf(":") + 1);

  return {
    name: "replicate",

    async start(request: PredictionRequest): Promise<StartOutcome> {
      try {
        const prediction = await client({
          "Cancel-After": `${Math.max(5, Math.floor(request.cancelAfter))}s`,
        }).predictions.create({
          version,
          input: request.input,
          webhook: request.callbackUrl,
          webhook_events_filter: ["start", "logs", "completed"],
        });
        return { type: "started", prediction: prediction.id };
      } catch (error) {
        return failedStart(error);
      }
    },

    async cancel(prediction) {
      await client().predictions.cancel(prediction);
    },

    async find(prediction) {
      const parsed = Prediction.safeParse(await client().predictions.get(prediction));
      return parsed.success ? parsed.data : null;
    },
  };
}

function failedStart(error: unknown): StartOutcome {
  const reason = describeError(error);
  const response = responseOf(error);
  if (response === null) return { type: "unknown", reason };
  if (response.status === 503) {
    return { type: "busy", retryAfter: Number(response.headers.get("retry-after")) || 2, reason };
  }
  return { type: response.status >= 500 ? "unknown" : "rejected", reason };
}

function responseOf(error: unknown): Response | null {
  if (error === null || typeof error !== "object" || !("response" in error)) return null;
  return error.response instanceof Response ? error.response : null;
}
