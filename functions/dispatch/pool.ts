import type { SqlValue, Storage } from "../account/storage.ts";

/** An edit that wants to run. */
export interface Candidate {
  readonly account: string;
  readonly edit: string;
}

/** What a provider can take: so many predictions at once, and so many new ones a minute. */
export interface Capacity {
  readonly slots: number;
  readonly perMinute: number | null;
}

export type Slot =
  | { readonly granted: true }
  | {
      readonly granted: false;
      /** 1 is next. */
      readonly position: number;
      /** Milliseconds until a start becomes possible by rate alone; null when a slot has to come free. */
      readonly retryAfter: number | null;
    };

/** A slot whose release was lost comes free after this, in milliseconds. */
const slotLease = 15 * 60_000;

/** Who has not asked again for this long no longer waits, in milliseconds. */
const waitingLease = 20 * 60_000;

/**
 * The capacity of one provider, shared fairly: slots go to accounts in turn, so that one account's thousand waiting
 * edits do not delay another's first. Slots are leased and therefore survive a lost release; asking again for a slot
 * that one has renews it.
 */
export class Pool {
  #storage: Storage;
  #capacity: Capacity;

  constructor(storage: Storage, capacity: Capacity) {
    this.#storage = storage;
    this.#capacity = capacity;
    storage.exec(
      "CREATE TABLE IF NOT EXISTS slots (edit TEXT PRIMARY KEY, account TEXT NOT NULL, until INTEGER NOT NULL) STRICT",
    );
    storage.exec(
      `CREATE TABLE IF NOT EXISTS waiting (edit TEXT PRIMARY KEY, account TEXT NOT NULL,
         since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT`,
    );
    storage.exec("CREATE TABLE IF NOT EXISTS starts (at INTEGER NOT NULL) STRICT");
  }

  /** Asks for a slot; who gets none is remembered and has a place in the line. */
  acquire({ account, edit }: Candidate, now: number): Slot {
    return this.#storage.transactionSync(() => {
      this.#expire(now);
      if (this.#holds(edit)) {
        this.#lease(account, edit, now);
        return { granted: true };
      }
      this.#storage.exec(
        `INSERT INTO waiting (edit, account, since, until) VALUES (?, ?, ?, ?)
         ON CONFLICT (edit) DO UPDATE SET until = excluded.until`,
        edit,
        account,
        now,
        now + waitingLease,
      );
      const place = this.#line().findIndex((candidate) => candidate.edit === edit);
      const free = this.#free();
      const pause = this.#pause(now);
      if (place >= free || pause > 0) {
        return {
          granted: false,
          position: Math.max(place - Math.max(free, 0), 0) + 1,
          retryAfter: place < free ? pause : null,
        };
      }
      this.#storage.exec("DELETE FROM waiting WHERE edit = ?", edit);
      this.#storage.exec("INSERT INTO starts (at) VALUES (?)", now);
      this.#lease(account, edit, now);
      return { granted: true };
    });
  }

  /**
   * Gives a slot or a place in the line back; returns who may start now: one for each slot that came free by it. Naming
   * more would let releases that free nothing call each other up without end.
   */
  release(edit: string, now: number): Candidate[] {
    return this.#storage.transactionSync(() => {
      const given = this.#storage.exec("DELETE FROM slots WHERE edit = ? RETURNING edit", edit);
      this.#storage.exec("DELETE FROM waiting WHERE edit = ?", edit);
      const freed = given.length + this.#expire(now);
      return freed === 0 ? [] : this.#line().slice(0, Math.max(Math.min(freed, this.#free()), 0));
    });
  }

  /** Returns how many slots came free. */
  #expire(now: number): number {
    const lapsed = this.#storage.exec("DELETE FROM slots WHERE until <= ? RETURNING edit", now);
    this.#storage.exec("DELETE FROM waiting WHERE until <= ?", now);
    this.#storage.exec("DELETE FROM starts WHERE at <= ?", now - 60_000);
    return lapsed.length;
  }

  #holds(edit: string): boolean {
    return this.#storage.exec("SELECT 1 FROM slots WHERE edit = ?", edit).length > 0;
  }

  #lease(account: string, edit: string, now: number): void {
    this.#storage.exec(
      "INSERT OR REPLACE INTO slots (edit, account, until) VALUES (?, ?, ?)",
      edit,
      account,
      now + slotLease,
    );
  }

  #free(): number {
    const [row] = this.#storage.exec<{ taken: number }>("SELECT count(*) AS taken FROM slots");
    return this.#capacity.slots - (row?.taken ?? 0);
  }

  /** Milliseconds until another start is allowed by the rate. */
  #pause(now: number): number {
    const { perMinute } = this.#capacity;
    if (perMinute === null) return 0;
    const [row] = this.#storage.exec<{ at: SqlValue }>(
      "SELECT at FROM starts ORDER BY at DESC LIMIT 1 OFFSET ?",
      perMinute - 1,
    );
    return typeof row?.at === "number" ? row.at + 60_000 - now : 0;
  }

  /** Everyone who waits, in the order of their turns: an account's k-th edit comes after everyone's (k-1)-th. */
  #line(): Candidate[] {
    return this.#storage.exec<{ account: string; edit: string }>(
      `SELECT waiting.account, waiting.edit FROM waiting
       LEFT JOIN (SELECT account, count(*) AS running FROM slots GROUP BY account) AS busy
         ON busy.account = waiting.account
       ORDER BY coalesce(running, 0)
           + row_number() OVER (PARTITION BY waiting.account ORDER BY since, waiting.edit),
         since, waiting.edit`,
    );
  }
}
