import type { SqlValue, Storage } from "../account/storage.ts";

/** An edit that wants to run. */
export interface Candidate {
  readonly account: string;
  readonly edit: string;
  /** The attempt at it that the slot is for; unknown to messages of older releases. */
  readonly attempt?: number | undefined;
}

interface Place extends Record<string, SqlValue> {
  account: string;
  edit: string;
  attempt: number | null;
  /** 1 is first. */
  place: number;
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

/** How long it counts that an account was served, in milliseconds. */
const servedLease = 60 * 60_000;

/** Whose turn it is has this long to come before others may pass, in milliseconds. */
const turnLease = 15_000;

/** The newer of the attempts that a row has and is given; of an unknown one, the other. */
const newerAttempt =
  "max(coalesce(attempt, excluded.attempt), coalesce(excluded.attempt, attempt))";

/**
 * The capacity of one provider, shared fairly: slots go to accounts in turn, so that one account's thousand waiting
 * edits do not delay another's first. Slots are leased and therefore survive a lost release; asking again for a slot
 * that one has renews it, for the newer attempt where it names one. An attempt's release frees no slot of a newer one, so
 * that it may come late. Who does not come when it is their turn is passed, so that one lost message holds up nobody.
 *
 * Every grant counts as a start, renewals too: whoever is granted a slot may start a prediction, and the rate is the
 * provider's.
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
    storage.exec(
      "CREATE TABLE IF NOT EXISTS turns (edit TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT",
    );
    storage.exec(
      `CREATE TABLE IF NOT EXISTS served (account TEXT PRIMARY KEY, turn INTEGER NOT NULL,
         at INTEGER NOT NULL) STRICT`,
    );
    storage.exec("CREATE TABLE IF NOT EXISTS starts (at INTEGER NOT NULL) STRICT");
    for (const table of ["slots", "waiting"]) addAttempt(storage, table);
  }

  /** Asks for a slot; who gets none is remembered and has a place in the line. */
  acquire(candidate: Candidate, now: number): Slot {
    const { account, edit, attempt } = candidate;
    return this.#storage.transactionSync(() => {
      this.#expire(now);
      const pause = this.#pause(now);
      if (this.#holds(edit)) {
        if (pause > 0) return { granted: false, position: 1, retryAfter: pause };
        return this.#grant(candidate, now);
      }
      this.#storage.exec(
        `INSERT INTO waiting (edit, account, since, until, attempt) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (edit) DO UPDATE SET until = excluded.until, attempt = ${newerAttempt}`,
        edit,
        account,
        now,
        now + waitingLease,
        attempt ?? null,
      );
      this.#storage.exec("DELETE FROM turns WHERE edit = ?", edit);
      const free = Math.max(this.#free(), 0);
      const line = this.#line(now, free, edit);
      const place = line.find((one) => one.edit === edit)?.place ?? free + 1;
      if (place > free) {
        this.#call(line.slice(0, free), now);
        return { granted: false, position: place - free, retryAfter: null };
      }
      if (pause > 0) return { granted: false, position: 1, retryAfter: pause };
      this.#storage.exec("DELETE FROM waiting WHERE edit = ?", edit);
      return this.#grant(candidate, now);
    });
  }

  /**
   * Gives a slot or a place in the line back: what the edit's attempts up to `attempt` have, or (undefined) all that it
   * has. Returns who may start now: one for each slot that came free by it. Naming more would let releases that free
   * nothing call each other up without end.
   */
  release(edit: string, attempt: number | undefined, now: number): Candidate[] {
    return this.#storage.transactionSync(() => {
      const [given = []] = ["slots", "waiting"].map((table) =>
        this.#storage.exec(
          `DELETE FROM ${table} WHERE edit = ?1 AND (?2 IS NULL OR attempt IS NULL OR attempt <= ?2)
           RETURNING edit`,
          edit,
          attempt ?? null,
        ),
      );
      const freed = given.length + this.#expire(now);
      const next = freed === 0 ? [] : this.#line(now, Math.max(Math.min(freed, this.#free()), 0));
      this.#call(next, now);
      return next.map(({ account, edit: waiting, attempt: wanted }) =>
        wanted === null ? { account, edit: waiting } : { account, edit: waiting, attempt: wanted },
      );
    });
  }

  #grant({ account, edit, attempt }: Candidate, now: number): Slot {
    this.#storage.exec("INSERT INTO starts (at) VALUES (?)", now);
    this.#storage.exec(
      `INSERT INTO slots (edit, account, until, attempt) VALUES (?, ?, ?, ?)
       ON CONFLICT (edit) DO UPDATE SET until = excluded.until, attempt = ${newerAttempt}`,
      edit,
      account,
      now + slotLease,
      attempt ?? null,
    );
    this.#storage.exec(
      `INSERT OR REPLACE INTO served (account, turn, at)
       SELECT ?, coalesce(max(turn), 0) + 1, ? FROM served`,
      account,
      now,
    );
    return { granted: true };
  }

  /** Notes that it is these candidates' turn. */
  #call(candidates: readonly Pick<Candidate, "edit">[], now: number): void {
    for (const { edit } of candidates) {
      this.#storage.exec("INSERT OR IGNORE INTO turns (edit, at) VALUES (?, ?)", edit, now);
    }
  }

  /** Returns how many slots came free. */
  #expire(now: number): number {
    const lapsed = this.#storage.exec("DELETE FROM slots WHERE until <= ? RETURNING edit", now);
    this.#storage.exec("DELETE FROM waiting WHERE until <= ?", now);
    this.#storage.exec("DELETE FROM turns WHERE edit NOT IN (SELECT edit FROM waiting)");
    this.#storage.exec("DELETE FROM served WHERE at <= ?", now - servedLease);
    // A clock that was set back makes nobody wait for longer than a minute.
    this.#storage.exec("UPDATE starts SET at = ?1 WHERE at > ?1", now);
    this.#storage.exec("DELETE FROM starts WHERE at <= ?", now - 60_000);
    return lapsed.length;
  }

  #holds(edit: string): boolean {
    return this.#storage.exec("SELECT 1 FROM slots WHERE edit = ?", edit).length > 0;
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

  /**
   * The first of those who wait and come when called, in the order of their turns, and `edit` where it waits. An account's
   * k-th edit, those that run included, comes after everyone's (k-1)-th, and of two accounts the one goes first that was
   * served longer ago.
   */
  #line(now: number, first: number, edit = ""): Place[] {
    return this.#storage.exec<Place>(
      `WITH ranked AS (
         SELECT waiting.account, waiting.edit, waiting.attempt, since, coalesce(turn, 0) AS turn,
           coalesce(running, 0)
             + row_number() OVER (PARTITION BY waiting.account ORDER BY since, waiting.edit) AS nth
         FROM waiting
         LEFT JOIN (SELECT account, count(*) AS running FROM slots GROUP BY account) AS busy
           ON busy.account = waiting.account
         LEFT JOIN served ON served.account = waiting.account
         WHERE NOT EXISTS (SELECT 1 FROM turns WHERE turns.edit = waiting.edit AND turns.at <= ?)
       ), line AS (
         SELECT account, edit, attempt, row_number() OVER (ORDER BY nth, turn, since, edit) AS place
         FROM ranked
       )
       SELECT account, edit, attempt, place FROM line WHERE place <= ? OR edit = ? ORDER BY place`,
      now - turnLease,
      first,
      edit,
    );
  }
}

/** Tells rows of a table apart by their attempt; those of the release before do without. */
function addAttempt(storage: Storage, table: string): void {
  const known = storage.exec("SELECT 1 FROM pragma_table_info(?) WHERE name = 'attempt'", table);
  if (known.length === 0) storage.exec(`ALTER TABLE ${table} ADD COLUMN attempt INTEGER`);
}
