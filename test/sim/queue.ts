import { consume } from "../../functions/dispatch/consume.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** A message is brought so often before it goes to the dead letters, as infra/wrangler.jsonc says. */
const maxRetries = 10;

interface Letter {
  readonly body: unknown;
  readonly dead: boolean;
  attempts: number;
}

/** A queue that promises no more than at least once, in any order, and at times less. */
export class WorkQueue {
  /** Messages that were dead-lettered. */
  dead = 0;
  #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  send(invocation: Invocation, message: WorkMessage, delaySeconds = 0): Promise<void> {
    const { faults, random } = this.#world;
    return invocation.call(
      () => {
        if (faults.strikes("queue_dropped")) return;
        let body: unknown = message;
        if (faults.strikes("old_message")) body = { ...message, v: 0 };
        if (faults.strikes("unknown_message")) body = { ...message, v: 2, type: "later" };
        const letter = { body, dead: false, attempts: 0 };
        this.#post(letter, delaySeconds * 1_000);
        if (faults.strikes("queue_duplicated")) {
          this.#post({ ...letter }, delaySeconds * 1_000 + random.between(0, 60_000));
        }
      },
      { lost: faults.strikes("send_failed"), answerLost: faults.strikes("send_answer_lost") },
    );
  }

  #post(letter: Letter, delay: number): void {
    const { clock, faults, random } = this.#world;
    let wait = delay + random.between(2, 100);
    if (faults.strikes("queue_reordered")) wait += random.between(1_000, 20_000);
    if (faults.strikes("queue_delayed")) wait += random.between(60_000, 3_600_000);
    clock.after(wait, () => {
      this.#deliver(letter).catch((error: unknown) =>
        this.#world.violate(`consume: ${String(error)}`),
      );
    });
  }

  async #deliver(letter: Letter): Promise<void> {
    const { faults } = this.#world;
    letter.attempts += 1;
    const invocation = new Invocation(this.#world, () => this.#again(letter, 30_000));
    const { dead, attempts } = letter;
    const services = this.#world.services(invocation);
    const verdict = await consume(services, letter.body, { dead, attempts });
    if (verdict !== "ack") this.#again(letter, verdict.delaySeconds * 1_000);
    else if (faults.strikes("queue_ack_lost")) this.#again(letter, 30_000);
  }

  #again(letter: Letter, delay: number): void {
    if (letter.attempts <= maxRetries) {
      this.#post(letter, delay);
    } else if (!letter.dead) {
      this.dead += 1;
      this.#post({ body: letter.body, dead: true, attempts: 0 }, 0);
    }
  }
}
