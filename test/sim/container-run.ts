import { manifestKey, outputKey } from "../../functions/images/object-keys.ts";
import type { PredictionRequest } from "../../functions/dispatch/providers/provider.ts";
import type { Prediction } from "../../schemas/prediction.ts";
import { manifest } from "../pure/account/fixtures.ts";
import { CallbackSender } from "./callback-sender.ts";
import { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** The container is gone. */
class Killed extends Error {}

/**
 * One prediction in its container: reads its inputs, works, PUTs each output and then the manifest, and reports by
 * callback, unless it dies first.
 */
export class ContainerRun {
  #world: World;
  #request: PredictionRequest;
  #files: readonly string[];
  #callbacks: CallbackSender;
  #account: string;
  #canceled = false;

  constructor(world: World, request: PredictionRequest, files: readonly string[]) {
    this.#world = world;
    this.#request = request;
    this.#files = files;
    this.#account = new URL(request.callbackUrl).pathname.split("/")[3] ?? "";
    this.#callbacks = new CallbackSender(world, request, this.#account);
  }

  cancel(): void {
    this.#canceled = true;
  }

  /** Runs to the end; returns how it ended. */
  async live(): Promise<Prediction["status"]> {
    const { clock, faults, random } = this.#world;
    if (faults.strikes("run_never_begins")) {
      await clock.sleep(random.between(60_000, 900_000));
      return "aborted";
    }
    const cold = random.chance(0.02) ? random.between(30_000, 300_000) : 0;
    await clock.sleep(random.between(50, 1_000) + cold);
    try {
      this.#readInputs();
      this.#callbacks.send({ status: "processing", logs: "" });
      await this.#work();
      if (this.#files.length === 0) await this.#upload();
      this.#callbacks.send({ status: "succeeded", output: this.#files });
      return "succeeded";
    } catch (error) {
      const status = this.#canceled ? "canceled" : random.chance(0.5) ? "failed" : "aborted";
      // A machine that dies takes its callbacks with it at times.
      const silent = error instanceof Killed && random.chance(0.5);
      if (!silent) this.#callbacks.send({ status, error: "the container is gone" });
      return status;
    }
  }

  #readInputs(): void {
    const { input } = this.#request;
    if (input.image_url !== "") this.#world.witness.inputsAreRead(this.#account, input.edit);
  }

  async #work(): Promise<void> {
    const { clock, faults, random } = this.#world;
    const long = faults.strikes("run_outlives_lease") ? random.between(150_000, 1_000_000) : 0;
    const silent = random.chance(0.5);
    let left = random.between(500, 6_000) + long;
    while (left > 0) {
      const part = Math.min(left, 40_000);
      await clock.sleep(part);
      left -= part;
      if (this.#canceled) throw new Error("canceled");
      if (left > 0 && !silent) {
        this.#callbacks.send({ status: "processing", logs: " 50%|#####     | 5/10 [00:01<00:01]" });
      }
    }
  }

  async #upload(): Promise<void> {
    const { faults, random } = this.#world;
    const { edit, attempt, n } = this.#request.input;
    this.#killed("container_killed_before");
    const blocked = random.chance(0.12) ? 1 + random.below(n) : 0;
    for (let index = blocked; index < n; index++) {
      await this.#put(outputKey(this.#account, edit, attempt, index), "picture");
      this.#killed("container_killed_between");
    }
    const result = { ...manifest(edit, attempt, n, blocked) };
    if (random.chance(0.04)) {
      Object.assign(result, { status: "failed", outputs: [] });
      result.error = { code: "mask_empty", detail: "The mask is empty." };
    }
    if (faults.strikes("container_killed_between")) throw new Killed("killed");
    await this.#put(manifestKey(this.#account, edit, attempt), JSON.stringify(result));
    this.#killed("container_killed_after");
  }

  #killed(kind: "container_killed_before" | "container_killed_between" | "container_killed_after") {
    if (this.#world.faults.strikes(kind)) throw new Killed("killed");
  }

  /** A PUT to the edge; the container tries three times, and finds its own bytes there where only the answer was lost. */
  async #put(key: string, value: string): Promise<void> {
    const onlyIf = { etagDoesNotMatch: "*" };
    const once = () =>
      new Promise<unknown>((resolve, reject) => {
        const invocation = new Invocation(this.#world, () => reject(new Error("no answer")));
        this.#world.bucket.binding(invocation).put(key, value, { onlyIf }).then(resolve, reject);
      });
    for (let attempt = 1; ; attempt++) {
      try {
        await once();
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  }
}
