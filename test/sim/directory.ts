import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { addAccount } from "../../functions/directory/accounts.ts";
import { wakeDueAccounts } from "../../functions/directory/wake-due.ts";
import type { SqlValue } from "../../functions/account/storage.ts";
import { nodeStorage } from "../harness/node-storage.ts";
import { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

const migrations = join(import.meta.dirname, "../../infra/migrations");
const tables = readdirSync(migrations)
  .toSorted()
  .map((name) => readFileSync(join(migrations, name), "utf8"))
  .join("\n");
const minute = 60_000;
const day = 24 * 60 * minute;

/** The directory's database, and the cron that reads it every minute. */
export class Directory {
  #world: World;
  #storage;

  constructor(world: World) {
    this.#world = world;
    const database = new DatabaseSync(":memory:");
    database.exec(tables);
    this.#storage = nodeStorage(database);
  }

  async add(account: string): Promise<void> {
    const faultless = (sql: string) => ({
      bind: (...values: SqlValue[]) => ({
        run: () => Promise.resolve(this.#storage.exec(sql, ...values)),
      }),
    });
    const { now } = this.#world.clock;
    await addAccount({ prepare: faultless } as unknown as D1Database, account, now);
  }

  binding(invocation: Invocation): D1Database {
    const { faults } = this.#world;
    const call = <T>(work: () => T) =>
      invocation.call(work, {
        lost: faults.strikes("directory_failed"),
        answerLost: faults.strikes("directory_answer_lost"),
      });
    const prepare = (sql: string) => ({
      bind: (...values: SqlValue[]) => {
        const exec = () => ({ results: this.#storage.exec(sql, ...values) });
        return { exec, run: () => call(exec), all: () => call(exec) };
      },
    });
    const batch = (statements: readonly { exec: () => unknown }[]) =>
      call(() => this.#storage.transactionSync(() => statements.map(({ exec }) => exec())));
    return { prepare, batch } as unknown as D1Database;
  }

  /** Lets the cron run every minute from now on. */
  startCron(): void {
    const { clock } = this.#world;
    const tick = () => {
      if (this.#mayBeDue()) {
        const invocation = new Invocation(this.#world);
        wakeDueAccounts(this.binding(invocation), this.#world.services(invocation)).catch(
          () => undefined,
        );
      }
      clock.after(minute, tick, this.#mayBeDue());
    };
    clock.after(minute, tick);
  }

  /** Spares the runs that would find nothing, whatever the clock of the isolate says. */
  #mayBeDue(): boolean {
    const soon = this.#world.clock.now + 15 * minute;
    const due = this.#storage.exec(
      "SELECT 1 FROM accounts WHERE wake_at <= ? OR coalesce(visited_at, created_at) <= ? LIMIT 1",
      soon,
      soon - day,
    );
    return due.length > 0;
  }
}
