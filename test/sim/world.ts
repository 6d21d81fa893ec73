import { setStatus } from "../../functions/directory/accounts.ts";
import { recordUsage } from "../../functions/directory/usage.ts";
import type { Services } from "../../functions/dispatch/ports.ts";
import type { Keyring } from "../../functions/images/signed-url.ts";
import { AccountActor } from "./account-actor.ts";
import { accountStub } from "./account-stub.ts";
import { audit } from "./audit.ts";
import { Bucket } from "./bucket.ts";
import { Customer } from "./customer.ts";
import { Directory } from "./directory.ts";
import { Farm } from "./farm.ts";
import { Faults, type FaultKind } from "./faults.ts";
import { internet } from "./internet.ts";
import type { Invocation } from "./invocation.ts";
import { PoolActor } from "./pool-actor.ts";
import { WorkQueue } from "./queue.ts";
import { Random } from "./random.ts";
import { Receiver } from "./receiver.ts";
import { Scheduler } from "./scheduler.ts";
import { Trace } from "./trace.ts";
import { Witness } from "./witness.ts";

/** The SHA-256 of the only key of every account here. */
export const keyHash = "f".repeat(64);

export const keyring: Keyring = {
  current: "k1",
  keys: { k1: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY" },
};

const hour = 3_600_000;

/** How long servers are down, at most: for days in some worlds, for longer than the whole schedule of 75 hours. */
const shortOutages = [hour / 60, hour / 6, hour / 2];
const longOutages = [hour / 6, 30 * hour, 90 * hour];

const start = Date.UTC(2026, 0, 1);
const auditEvery = 1_000;

/** Usual are 80 to 200 steps for an edit, and one for each minute of the cron; work that calls up more work than it does takes any number. */
const mostSteps = (edits: number) => 110_000 + 1_000 * edits;
const neverAborts = new AbortController().signal;

/** Everything of one simulation: the actors, what lies between them, and who watches. */
export class World {
  readonly random: Random;
  readonly clock: Scheduler;
  readonly faults: Faults;
  readonly pool: PoolActor;
  readonly queue: WorkQueue;
  readonly bucket: Bucket;
  readonly directory: Directory;
  readonly farm: Farm;
  readonly witness: Witness;
  readonly accounts = new Map<string, AccountActor>();
  readonly receivers = new Map<string, Receiver>();
  readonly customers: Customer[] = [];
  readonly lines = new Trace();
  readonly outages: readonly number[];
  /** Whether no alarm rings and no request's isolate lives longer than its answer: the other nets have to do. */
  silent = false;
  /** The first promise that was broken. */
  violation: string | null = null;
  #fetch;
  #audited = 0;

  constructor(seed: number, kinds: readonly FaultKind[]) {
    this.random = new Random(seed);
    this.clock = new Scheduler(this.random, start);
    this.faults = new Faults(this.random, kinds, (kind) => this.trace(`fault: ${kind}`));
    const slots = this.random.pick([8, 24, 48]);
    this.pool = new PoolActor(this, { slots, perMinute: this.random.pick([null, 570]) });
    this.outages = this.random.chance(0.2) ? longOutages : shortOutages;
    this.queue = new WorkQueue(this);
    this.bucket = new Bucket(this);
    this.directory = new Directory(this);
    this.farm = new Farm(this, this.random.pick(["cog", "cog", "replicate", "files"]), slots);
    this.witness = new Witness((what) => this.violate(what), this.bucket);
    this.#fetch = internet(this, this.receivers);
  }

  /** Opens an account with a key, some credits, and two servers that hear of its edits. */
  async open(name: string): Promise<void> {
    const id = `u${name.padStart(24, "0")}`;
    const secret = `whsec_${Buffer.from(id).toString("base64")}`;
    const actor = new AccountActor(this, id);
    await this.directory.add(id);
    actor.core.create(id, secret);
    actor.core.addKey({ hash: keyHash, display: "inlay_live_...abcd" }, "simulation");
    this.accounts.set(id, actor);
    this.witness.add(actor);
    const hooks = [`a.${id}.com`, `b.${id}.com`];
    for (const host of hooks) this.receivers.set(host, new Receiver(this, host, id, secret));
    this.customers.push(new Customer(this, actor, hooks));
  }

  /** What production's `servicesOf` gives an event, with this world behind it. */
  services(invocation: Invocation): Services {
    const directory = this.directory.binding(invocation);
    return {
      account: (id) => {
        const actor = this.accounts.get(id);
        if (actor === undefined) throw new Error(`no account ${id}`);
        return accountStub(this, invocation, actor);
      },
      pool: this.pool.binding(invocation),
      provider: this.farm.provider(invocation),
      bucket: this.bucket.binding(invocation),
      directory: {
        recordUsage: (account, days) => recordUsage(directory, account, days),
        setStatus: (account, status) => setStatus(directory, account, status),
      },
      keyring,
      certificates: "",
      callbackOrigin: "https://inlay.example.com",
      allowLoopback: false,
      send: (message, delaySeconds) => this.queue.send(invocation, message, delaySeconds),
      fetch: this.#fetch(invocation),
      deadline: () => neverAborts,
      resolve: () => Promise.resolve(["93.184.215.14"]),
      now: () => this.clock.now + invocation.skew,
      random: () => this.random.next(),
    };
  }

  /** Runs a call of an account's core under the eyes of the witness. */
  observe<T>(actor: AccountActor, method: string, args: readonly unknown[], work: () => T): T {
    this.trace(() => `${actor.id.slice(-2)}.${method}(${args.map(brief).join(", ")})`);
    const before = this.witness.before(actor, method, args);
    let value: T;
    try {
      value = work();
    } catch (error) {
      this.violate(`${method} threw ${String(error)}`);
      throw error;
    }
    this.witness.after(actor, method, args, value, before);
    return value;
  }

  trace(line: string | (() => string)): void {
    this.lines.add(this.clock.steps, line);
  }

  /** Violates where anything is left of what should not be. */
  require(what: string, left: readonly string[]): void {
    if (left.length > 0) this.violate(`${left.length} ${what}: ${left.slice(0, 5).join(", ")}`);
  }

  violate(what: string): void {
    if (this.violation !== null) return;
    this.violation = what;
    this.trace(`violation: ${what}`);
  }

  /** For promises that nobody awaits: what they throw is a fault of the simulation or of the code under test. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.violate(error instanceof Error ? String(error.stack) : String(error)),
    );
  }

  /** For work that goes on after its answer: what fails of it comes due again by itself. */
  background(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.trace(`background: ${String(error)}`));
  }

  /** After each step: whether to stop. Looks at everything every thousand steps. */
  step = (): boolean => {
    if (this.clock.steps - this.#audited >= auditEvery) this.audit();
    return this.violation !== null;
  };

  audit(): void {
    this.#audited = this.clock.steps;
    if (this.clock.steps > mostSteps(this.witness.edits.size)) {
      this.violate("work calls up more work without end");
    }
    for (const record of this.witness.accounts.values()) {
      for (const wrong of audit(record)) this.violate(`${record.actor.id}: ${wrong}`);
    }
  }
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "").slice(0, 160);
}
