import { Pool, type Candidate, type Capacity, type Slot } from "../../functions/dispatch/pool.ts";
import { nodeStorage } from "../harness/node-storage.ts";
import type { Invocation } from "./invocation.ts";
import { readEdit } from "./seen-edit.ts";
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

  /**
   * Releases, and sees to it that an attempt which runs keeps the slot that it has, and that no more is called up than
   * came free: releases that free nothing would call each other up without end.
   */
  #release(edit: string, attempt: number | undefined): Candidate[] {
    const holds = () => this.taken().includes(edit);
    const held = holds();
    const before = this.#rows();
    const called = this.#pool.release(edit, attempt, this.now());
    const freed = before - this.#rows();
    if (called.length > freed) {
      this.#world.violate(`a release of ${edit} freed ${freed} and called up ${called.length}`);
    }
    if (attempt !== undefined && held && !holds() && this.#running(edit) > attempt) {
      this.#world.violate(`${edit} lost its slot to its attempt ${attempt}`);
    }
    return called;
  }

  /** Slots that are not given back, those whose lease is over included. */
  #rows(): number {
    return this.storage.exec("SELECT edit FROM slots").length;
  }

  /** The attempt that runs of an edit; 0 where none does, as while the next one waits for its time. */
  #running(edit: string): number {
    for (const { storage } of this.#world.accounts.values()) {
      const seen = readEdit(storage, edit);
      if (seen?.status === "starting" || seen?.status === "processing") return seen.attempt;
    }
    return 0;
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
