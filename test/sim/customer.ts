import type { AcceptRequest } from "../../functions/account/accept.ts";
import type { AcceptedEdit } from "../../functions/account/answers.ts";
import { stagedIntake } from "../../functions/api/edits/staged-intake.ts";
import { performNow } from "../../functions/dispatch/perform.ts";
import { ProblemError, unwrap } from "../../functions/errors/problem-error.ts";
import { inputKey } from "../../functions/images/object-keys.ts";
import { newId } from "../../functions/keys/ids.ts";
import { EditParameters } from "../../schemas/edit.ts";
import { stagedImage } from "../pure/account/fixtures.ts";
import type { AccountActor } from "./account-actor.ts";
import { accountStub, type AccountStub } from "./account-stub.ts";
import { Invocation } from "./invocation.ts";
import { keyHash, type World } from "./world.ts";

const second = 1_000;
const usual = EditParameters.parse({});

/** What a customer asks for; repeats ask for the same. */
interface Wish {
  readonly parameters: EditParameters;
  readonly idempotencyKey: string | null;
  readonly staged: boolean;
}

/** A customer of one account, and the edge that serves it. */
export class Customer {
  #world: World;
  #actor: AccountActor;
  #hooks: readonly string[];
  #wishes = 0;

  constructor(world: World, actor: AccountActor, hooks: readonly string[]) {
    this.#world = world;
    this.#actor = actor;
    this.#hooks = hooks;
  }

  /** Sends one edit, at times twice at once, with other content under the same key, or regretted afterwards. */
  wish(): void {
    const { clock, random } = this.#world;
    const wish = this.#draw();
    this.#create(wish, 1);
    if (wish.idempotencyKey === null) return;
    for (let repeats = random.chance(0.15) ? 1 + random.below(3) : 0; repeats > 0; repeats--) {
      const wait = random.chance(0.5) ? 0 : random.between(0, 600 * second);
      clock.after(wait, () => this.#create(wish, 1));
    }
    if (random.chance(0.05)) {
      const other = { ...wish, parameters: { ...wish.parameters, prompt: "something else" } };
      clock.after(random.between(0, 60 * second), () => this.#create(other, 1));
    }
  }

  /** Has an operator add credits, who repeats it where the answer is lost. */
  topUp(amount: number, externalId: string, attempt = 1): void {
    const { clock, random } = this.#world;
    const again = () => {
      if (attempt < 4)
        clock.after(random.between(1, 5) * second, () =>
          this.topUp(amount, externalId, attempt + 1),
        );
    };
    const granted = this.#stub(again).then((account) =>
      account.post({ kind: "grant", amount, externalId }),
    );
    this.#world.watch(granted.then(() => (random.chance(0.1) ? again() : undefined), again));
  }

  /** Cancels or deletes an edit, and asks again where no answer comes. */
  regret(edit: string, method: "cancel" | "remove", attempt = 1): void {
    const { clock, random } = this.#world;
    const again = () => {
      if (attempt < 4)
        clock.after(random.between(1, 5) * second, () => this.regret(edit, method, attempt + 1));
    };
    const invocation = new Invocation(this.#world, again);
    const account = accountStub(this.#world, invocation, this.#actor);
    const services = this.#world.services(invocation);
    const regretted = async () => {
      const result = await account[method](keyHash, edit);
      if (!result.ok) return;
      const messages = "edit" in result.value ? result.value.messages : result.value;
      this.#world.background(performNow(services, messages));
    };
    this.#world.watch(regretted().catch(again));
  }

  #draw(): Wish {
    const { random, farm } = this.#world;
    this.#wishes += 1;
    const staged = random.chance(0.7);
    return {
      staged,
      idempotencyKey: random.chance(0.6) ? `key-${this.#wishes}` : null,
      parameters: {
        ...usual,
        ...(staged ? {} : { task: "text_to_image", width: 640, height: 480 }),
        prompt: `wish ${this.#wishes}`,
        n: 1 + random.below(4),
        steps: 1 + random.below(50),
        ...(random.chance(0.6) ? { webhook: `https://${random.pick(this.#hooks)}/hook` } : {}),
        metadata: farm.kind === "files" ? { copied: "true" } : {},
      },
    };
  }

  #create(wish: Wish, attempt: number): void {
    const { clock, random, witness } = this.#world;
    const again = () => {
      // Without a key nobody can ask again and be sure to get one edit.
      if (wish.idempotencyKey === null || attempt > 5) return;
      clock.after(random.between(1, 30) * second, () => this.#create(wish, attempt + 1));
    };
    const invocation = new Invocation(this.#world, again);
    const answered = async () => {
      const { edit, messages } = await this.#serve(invocation, wish);
      if (!witness.edits.has(edit.id)) {
        this.#world.violate(`${edit.id} was answered and never accepted`);
      }
      if (random.chance(0.06)) this.#later(() => this.regret(edit.id, "cancel"), 20);
      if (random.chance(0.03)) this.#later(() => this.regret(edit.id, "remove"), 900);
      if (this.#world.silent) return;
      this.#world.background(performNow(this.#world.services(invocation), messages));
    };
    const repeatable = [
      undefined,
      "unavailable",
      "idempotency_in_progress",
      "edits_too_many",
    ] as const;
    this.#world.watch(
      answered().catch((error: unknown) => {
        const code = error instanceof ProblemError ? error.refusal.code : undefined;
        if (repeatable.some((known) => known === code)) again();
      }),
    );
  }

  /** The edge's route, as functions/api/edits/create.ts has it, without HTTP. */
  #serve(invocation: Invocation, wish: Wish): Promise<AcceptedEdit> {
    const { bucket: store, random, clock } = this.#world;
    const { id } = this.#actor;
    const { idempotencyKey, parameters } = wish;
    const edit = newId("edit", clock.now + invocation.skew, random.bytes);
    const account = accountStub(this.#world, invocation, this.#actor);
    const bucket = store.binding(invocation);
    const request = {
      credential: keyHash,
      edit,
      origin: "https://inlay.example.com",
      profile: "tiny",
    };
    const accept = async (pictures: AcceptRequest["pictures"]) =>
      unwrap(await account.accept({ ...request, parameters, pictures, seed: 7, idempotencyKey }));
    if (!wish.staged) return accept({});
    return stagedIntake(
      { account, bucket, id, edit, credential: keyHash, idempotencyKey },
      async () => {
        const key = inputKey(id, edit, "request");
        // A slow upload; the sweep may come before the file, or between it and the acceptance. On a quiet day there is
        // none: what is sent again half an hour later would be accepted when all edits have to be over.
        const slow = () =>
          random.chance(0.03) && this.#world.faults.active ? random.between(10, 900) * second : 0;
        await clock.sleep(slow());
        await bucket.put(key, "the request's body");
        await clock.sleep(slow());
        const image = stagedImage({ key });
        const source = { from: "staged", image, identity: "hash" } as const;
        return accept({ image: source, mask: source });
      },
    );
  }

  #stub(killed: () => void): Promise<AccountStub> {
    const invocation = new Invocation(this.#world, killed);
    return Promise.resolve(accountStub(this.#world, invocation, this.#actor));
  }

  #later(run: () => void, seconds: number): void {
    this.#world.clock.after(this.#world.random.between(0, seconds * second), run);
  }
}
