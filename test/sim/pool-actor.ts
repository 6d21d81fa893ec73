import { Pool, type Candidate, type Capacity, type Slot } from "../../functions/dispatch/pool.ts";
import { nodeStorage } from "../harness/node-storage.ts";
import type { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** The pool's object: production's pool over SQLite. */
export class PoolActor {
  readonly storage = nodeStorage();
  readonly capacity: Capacity;
  #world: World;
  #pool: Pool;
  #skew = 0;

  constructor(world: World, capacity: Capacity) {
    this.#world = world;
    this.capacity = capacity;
    this.#pool = new Pool(this.storage, capacity);
  }

  now(): number {
    return this.#world.clock.now + this.#skew;
  }

  evict(): void {
    this.#skew = this.#world.faults.skew();
    this.#pool = new Pool(this.storage, this.capacity);
  }

  calm(): void {
    this.#skew = 0;
  }

  /** Slots whose lease runs. */
  taken(): string[] {
    return this.storage
      .exec<{ edit: string }>("SELECT edit FROM slots WHERE until > ?", this.now())
      .map(({ edit }) => edit);
  }

  binding(invocation: Invocation) {
    return {
      acquire: (candidate: Candidate) =>
        this.#call(invocation, (): Slot => this.#pool.acquire(candidate, this.now())),
      release: (edit: string, attempt?: number) =>
        this.#call(invocation, (): Candidate[] => this.#release(edit, attempt)),
    };
  }

  /** Releases, and sees to it that an attempt which runs keeps the slot that it has. */
  #release(edit: string, attempt: number | undefined): Candidate[] {
    const holds = () => this.taken().includes(edit);
    const held = holds();
    const called = this.#pool.release(edit, attempt, this.now());
    const record = this.#world.witness.edits.get(edit);
    if (attempt !== undefined && record?.ended === null && record.attempt > attempt) {
      if (held && !holds()) this.#world.violate(`${edit} lost its slot to its attempt ${attempt}`);
    }
    return called;
  }

  #call<T>(invocation: Invocation, work: () => T): Promise<T> {
    const { faults } = this.#world;
    return invocation.call(
      () => {
        if (faults.strikes("pool_evicted")) this.evict();
        const value = work();
        const taken = this.taken().length;
        if (taken > this.capacity.slots) {
          this.#world.violate(`the pool has ${this.capacity.slots} slots and gave out ${taken}`);
        }
        return value;
      },
      { lost: faults.strikes("call_lost"), answerLost: faults.strikes("pool_answer_lost") },
    );
  }
}
