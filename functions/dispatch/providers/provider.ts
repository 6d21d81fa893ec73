import type { ModelInput } from "../../../schemas/model-input.ts";
import type { Prediction } from "../../../schemas/prediction.ts";

/** One attempt at an edit's prediction, as a provider is asked to run it. */
export interface PredictionRequest {
  /** The attempt's name, the same whenever it is asked for again: `{edit}-{attempt}`. */
  readonly id: string;
  readonly input: ModelInput;
  /** Where the provider reports to: signed for this attempt. */
  readonly callbackUrl: string;
  /** Seconds from now after which nobody wants the result. */
  readonly cancelAfter: number;
}

/** What came of asking a provider to start. */
export type StartOutcome =
  | { readonly type: "started"; readonly prediction: string }
  /** Nothing was started: no room, or nobody there. The attempt does not count. */
  | { readonly type: "busy"; readonly retryAfter: number; readonly reason: string }
  /** The provider refused this request for good; asking again the same way is of no use. */
  | { readonly type: "rejected"; readonly reason: string }
  /** Nobody can tell whether it was started; its lease decides. */
  | { readonly type: "unknown"; readonly reason: string };

/**
 * Who runs the container. `start` never throws for what a provider can answer; `cancel` is a courtesy that may fail;
 * `find` is null where a provider cannot be asked about a prediction (a Cog server has no such route).
 */
export interface Provider {
  readonly name: "cog" | "replicate";
  start(request: PredictionRequest): Promise<StartOutcome>;
  cancel(prediction: string): Promise<void>;
  find(prediction: string): Promise<Prediction | null>;
}
