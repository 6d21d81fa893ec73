import type { ModelInput } from "../../../schemas/model-input.ts";
import type { Random } from "../../sim/random.ts";

/** A prediction that the provider has taken. */
export interface Prediction {
  readonly id: string;
  readonly input: ModelInput;
  readonly webhook: string;
}

/** A Cog server by script: mostly it takes a prediction; some it has no room for, and of some nobody hears that it did. */
export class ScriptedProvider {
  /** Predictions that no container has begun. */
  readonly waiting: Prediction[] = [];
  busy = 0;
  unanswered = 0;
  faulty = true;
  #random: Random;
  #taken = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  async take(request: Request): Promise<Response> {
    if (request.method !== "PUT") return Response.json({});
    const draw = this.faulty ? this.#random.next() : 1;
    if (draw < 0.04) {
      this.busy += 1;
      return Response.json({ detail: "not ready" }, { status: 503 });
    }
    const id = request.url.split("/").at(-1) ?? "";
    const { input, webhook } = await request.json<Omit<Prediction, "id">>();
    // Asked for twice, it runs once.
    if (!this.#taken.has(id)) this.waiting.push({ id, input, webhook });
    this.#taken.add(id);
    if (draw > 0.1) return Response.json({ status: "starting" }, { status: 202 });
    this.unanswered += 1;
    throw new Error("Network connection lost.");
  }
}
