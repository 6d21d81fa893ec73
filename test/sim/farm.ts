import type {
  PredictionRequest,
  Provider,
  StartOutcome,
} from "../../functions/dispatch/providers/provider.ts";
import type { Prediction } from "../../schemas/prediction.ts";
import { ContainerRun } from "./container-run.ts";
import type { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** What a provider is like: whether it answers questions and hands out file URLs, as Replicate's other models do. */
export type FarmKind = "cog" | "replicate" | "files";

/** A provider with so many machines. */
export class Farm {
  readonly kind: FarmKind;
  #world: World;
  #machines: number;
  #running = new Map<string, ContainerRun>();
  #ended = new Map<string, Prediction["status"]>();
  #started = 0;

  constructor(world: World, kind: FarmKind, machines: number) {
    this.#world = world;
    this.kind = kind;
    this.#machines = machines;
  }

  get busy(): number {
    return this.#running.size;
  }

  provider(invocation: Invocation): Provider {
    const { faults } = this.#world;
    return {
      name: this.kind === "cog" ? "cog" : "replicate",
      start: (request) => invocation.call(() => this.#start(request)),
      cancel: (prediction) =>
        invocation.call(() => this.#running.get(prediction)?.cancel(), {
          lost: faults.strikes("cancel_failed"),
        }),
      find: (prediction) => invocation.call(() => this.#find(prediction)),
    };
  }

  #find(prediction: string): Prediction | null {
    if (this.kind === "cog") return null;
    const running = this.#running.get(prediction);
    if (running !== undefined) return { id: prediction, status: "processing" };
    const status = this.#ended.get(prediction);
    return status === undefined
      ? null
      : { id: prediction, status, output: this.#output(prediction) };
  }

  #output(prediction: string): string[] {
    if (this.kind !== "files") return [];
    const outputs = Number(prediction.split("~")[1] ?? 1);
    return Array.from(
      { length: outputs },
      (_, n) => `https://files.provider.com/${prediction}/${n}`,
    );
  }

  async #finish(name: string, run: ContainerRun): Promise<void> {
    const status = await run.live();
    this.#running.delete(name);
    this.#ended.set(name, status);
  }

  #start(request: PredictionRequest): StartOutcome {
    const { faults } = this.#world;
    if (faults.strikes("start_busy")) return { type: "busy", retryAfter: 2, reason: "full" };
    if (faults.strikes("start_rejected")) return { type: "rejected", reason: "422" };
    if (this.#running.size >= this.#machines) {
      return { type: "busy", retryAfter: 2, reason: "no machine is free" };
    }
    const { n } = request.input;
    // A Cog server knows a prediction by the attempt's name, Replicate makes a new one whenever it is asked.
    const name = this.kind === "cog" ? request.id : `p${(this.#started += 1)}~${n}`;
    if (!this.#running.has(name)) {
      const run = new ContainerRun(this.#world, request, this.#output(name));
      this.#running.set(name, run);
      this.#world.watch(this.#finish(name, run));
    }
    if (faults.strikes("start_unknown")) {
      return this.kind === "cog"
        ? { type: "busy", retryAfter: 2, reason: "no answer within 10 s" }
        : { type: "unknown", reason: "no answer" };
    }
    return { type: "started", prediction: name };
  }
}
