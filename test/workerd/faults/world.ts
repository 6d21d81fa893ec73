import {
  abortAllDurableObjects,
  createScheduledController,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { accountStub } from "../../../functions/services.ts";
import worker from "../../../functions/worker.ts";
import { Random } from "../../sim/random.ts";
import * as api from "../harness/api.ts";
import { direct, interceptBindings } from "../harness/bindings.ts";
import { BindingFaults } from "./binding-faults.ts";
import { takeClock, type Clock } from "./clock.ts";
import { drawFate, runContainer } from "./container.ts";
import { ScriptedProvider } from "./provider.ts";
import { Receiver } from "./receiver.ts";
import { openShop, place, type Order, type Shop } from "./shop.ts";

const minute = 60_000;

/** How long nothing may be asked of any binding until the world counts as quiet, in milliseconds. */
const quietFor = 60;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The Worker with its objects under faults, its customers, and the world outside by script: all from one seed. */
export class World {
  readonly random: Random;
  readonly faults: BindingFaults;
  readonly provider: ScriptedProvider;
  readonly receiver: Receiver;
  readonly fates = new Map<string, number>();
  readonly disruptions = { evicted: 0, aborted: 0 };
  #clock: Clock = takeClock();
  #running = new Set<Promise<void>>();
  #open = true;
  #placed = 0;
  #restore = () => {};

  constructor(seed: number) {
    this.random = new Random(seed);
    this.faults = new BindingFaults(this.random);
    this.provider = new ScriptedProvider(this.random);
    this.receiver = new Receiver(this.random);
    for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockReturnValue();
    vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) => this.#fetch(input, init));
  }

  /** Opens shops while nothing fails; from then on, faults strike. */
  async open(shops: number): Promise<Shop[]> {
    const opened: Shop[] = [];
    for (let shop = 0; shop < shops; shop++) opened.push(await openShop(this.receiver));
    for (const { id } of opened) await runDurableObjectAlarm(accountStub(direct.ACCOUNT, id));
    this.#restore = interceptBindings(this.faults.intercept);
    void this.#runContainers();
    return opened;
  }

  /** Places orders, so many at a time, and disturbs the objects now and then. Returns those that were not taken yet. */
  async placeAll(orders: readonly Order[], atOnce: number): Promise<Order[]> {
    const left: Order[] = [];
    let next = 0;
    const buyer = async () => {
      for (let order = orders[next++]; order !== undefined; order = orders[next++]) {
        if (!(await place(order, 10))) left.push(order);
        else if (order.canceled) await this.#cancel(order);
        await this.#disturb(order.shop);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, buyer));
    return left;
  }

  /** Lets time pass until every order has ended and nothing is on its way; faults stop after `faultyRounds`. */
  async settle(shops: readonly Shop[], left: Order[], faultyRounds: number): Promise<void> {
    for (let round = 0; round < 100; round++) {
      if (round === faultyRounds) this.#calm();
      await this.#quiet();
      if (round > faultyRounds && left.length === 0 && (await this.#over(shops))) return;
      this.#clock.advance(round < faultyRounds ? minute : 5 * minute);
      await this.#ring(shops);
      left = await this.placeAll(left, 50);
    }
    throw new Error("not everything has ended");
  }

  close(): void {
    this.#open = false;
    this.#restore();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }

  #calm(): void {
    this.faults.active = false;
    this.provider.faulty = false;
    this.receiver.faulty = false;
  }

  async #fetch(input: RequestInfo, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { hostname, searchParams } = new URL(request.url);
    if (hostname === "cog.example.org") return this.provider.take(request);
    if (hostname === "hooks.example.org") return this.receiver.take(request);
    if (hostname !== "cloudflare-dns.com") throw new Error(`nobody is at ${hostname}`);
    const address = { name: searchParams.get("name"), type: 1, data: "8.8.8.8" };
    const found = searchParams.get("type") === "A" ? [address] : [];
    return Response.json({ Status: 0, Answer: found });
  }

  async #runContainers(): Promise<void> {
    while (this.#open) {
      for (const prediction of this.provider.waiting.splice(0)) {
        const fate = this.faults.active ? drawFate(this.random) : "done";
        this.fates.set(fate, (this.fates.get(fate) ?? 0) + 1);
        const run = runContainer(prediction, fate).finally(() => this.#running.delete(run));
        this.#running.add(run);
      }
      await sleep(10);
    }
  }

  async #cancel({ shop, edit }: Order): Promise<void> {
    await api.send("POST", `/v1/edits/${edit}/cancel`, { token: shop.key }).catch(() => null);
  }

  /** Every now and then an account's object is evicted, or all objects are aborted in the middle of what they do. */
  async #disturb({ id }: Shop): Promise<void> {
    if (!this.faults.active) return;
    this.#placed += 1;
    if (this.#placed % 60 === 0) {
      await abortAllDurableObjects();
      this.disruptions.aborted += 1;
    } else if (this.#placed % 15 === 0) {
      // One that does not run cannot be evicted.
      const evicted = evictDurableObject(accountStub(direct.ACCOUNT, id)).then(() => 1);
      this.disruptions.evicted += await evicted.catch(() => 0);
    }
  }

  /** The cron and the alarms, of which some do not come while there are faults. */
  async #ring(shops: readonly Shop[]): Promise<void> {
    await worker.scheduled(createScheduledController(), env).catch(() => undefined);
    for (const { id } of shops) {
      if (this.faults.active && this.random.chance(0.5)) continue;
      await runDurableObjectAlarm(accountStub(direct.ACCOUNT, id)).catch(() => undefined);
    }
  }

  /** Waits until nothing is going on, for a while at most. */
  async #quiet(): Promise<void> {
    for (let look = 0; look < 50; look++) {
      const before = this.faults.calls;
      await sleep(quietFor);
      const idle = this.#running.size === 0 && this.provider.waiting.length === 0;
      if (idle && this.faults.calls === before) return;
    }
  }

  async #over(shops: readonly Shop[]): Promise<boolean> {
    for (const { id } of shops) {
      const open = await runInDurableObject(
        accountStub(direct.ACCOUNT, id),
        (_object, { storage }) =>
          storage.sql
            .exec<{ open: number }>(
              `SELECT (SELECT count(*) FROM edits WHERE status IN ('queued', 'starting', 'processing'))
                 + (SELECT count(*) FROM deliveries WHERE status = 'pending') AS open`,
            )
            .one().open,
      );
      if (open > 0) return false;
    }
    return true;
  }
}
