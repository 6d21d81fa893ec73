import { AccountCore, type AccountPorts } from "../../functions/account/core.ts";
import type { AccountContext } from "../../functions/account/context.ts";
import type { Storage } from "../../functions/account/storage.ts";
import { setWake } from "../../functions/directory/accounts.ts";
import { newId } from "../../functions/keys/ids.ts";
import { nodeStorage } from "../harness/node-storage.ts";
import { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

/** An alarm whose handler throws comes again, so often at most. */
const alarmTries = 6;

/** One account's object: the production core over SQLite, which may lose everything volatile at any moment. */
export class AccountActor {
  readonly id: string;
  readonly storage: Storage = nodeStorage();
  core: AccountCore;
  #world: World;
  #skew = 0;
  #generation = 0;
  #alarm: number | null = null;

  constructor(world: World, id: string) {
    this.#world = world;
    this.id = id;
    this.core = new AccountCore(this.#ports(0));
  }

  now(): number {
    return this.#world.clock.now + this.#skew;
  }

  /** Ends the object as a deploy or an idle while does: its storage stays, and it wakes up on another machine. */
  evict(): void {
    this.#skew = this.#world.faults.skew();
    this.#generation += 1;
    this.core = new AccountCore(this.#ports(this.#generation));
  }

  /** Sets its clock right. */
  calm(): void {
    this.#skew = 0;
  }

  #ports(generation: number): AccountPorts {
    const { clock, random } = this.#world;
    const own = () => generation === this.#generation;
    const net = new Invocation(this.#world, () => {
      if (own()) this.evict();
    });
    const alive = <T>(work: () => Promise<T>): Promise<T> =>
      own() ? work() : new Promise(() => undefined);
    return {
      storage: this.storage,
      context: (account) => this.#context(account),
      background: (work) => {
        work.catch(() => undefined);
      },
      ended: () => undefined,
      moved: () => undefined,
      nets: {
        setAlarm: async (at) => {
          this.#setAlarm(at);
          await clock.sleep(random.between(1, 5));
          await alive(() => Promise.resolve());
        },
        deleteAlarm: () => {
          this.#alarm = null;
          return Promise.resolve();
        },
        remind: (account, delaySeconds) =>
          alive(() => this.#world.queue.send(net, { v: 1, type: "wake", account }, delaySeconds)),
        record: (account, at) =>
          alive(() => setWake(this.#world.directory.binding(net), account, at)),
      },
    };
  }

  #setAlarm(at: number): void {
    if (this.#alarm === at) return;
    this.#alarm = at;
    const { clock, faults, random } = this.#world;
    if (faults.strikes("alarm_lost")) return;
    const late = faults.strikes("alarm_late") ? random.between(1_000, 3_600_000) : 0;
    const wait = Math.max(0, at - this.now()) + late + random.between(1, 50);
    clock.after(wait, () => {
      if (this.#alarm !== at || this.#world.silent) return;
      this.#alarm = null;
      this.#ring(1);
      if (faults.strikes("alarm_doubled")) clock.after(random.between(1, 500), () => this.#ring(1));
    });
  }

  #ring(attempt: number): void {
    const { clock, faults, queue } = this.#world;
    const failing = faults.strikes("alarm_gave_up");
    const again = () => {
      if (attempt < alarmTries && !failing)
        clock.after(2_000 * 2 ** attempt, () => this.#ring(attempt + 1));
    };
    const invocation = new Invocation(this.#world, () => {
      this.evict();
      again();
    });
    const alarm = this.#world.observe(this, "alarm", [], () =>
      this.core.alarm((message) =>
        failing ? Promise.reject(new Error("no answer")) : queue.send(invocation, message),
      ),
    );
    alarm.catch(again);
  }

  #context(account: string): AccountContext {
    const { random } = this.#world;
    return {
      account,
      storage: this.storage,
      now: () => this.now(),
      newId: (prefix) => newId(prefix, this.now(), random.bytes),
      log: (event, ids) => this.#world.trace(`${event} ${ids.edit} attempt ${ids.attempt}`),
      appended: () => undefined,
      raise: (alert, { edit }) => this.#world.trace(`${alert} ${edit}`),
      links: {
        self: (_origin, edit) => edit,
        cancel: (_origin, edit) => edit,
        events: (_origin, edit) => edit,
        preview: (_origin, edit) => edit,
        output: (_origin, edit, attempt, index) => `${edit}/${attempt}/${index}`,
        upload: (_origin, upload) => upload,
      },
      settings: { startingLease: 600_000, processingLease: 120_000, editDuration: 900_000 },
    };
  }
}
