import type { ExpectStatic } from "vitest";
import type { Storage } from "../../../functions/account/storage.ts";

const rows = (storage: Storage) =>
  storage.exec<{ value: number }>("SELECT value FROM t ORDER BY value");

function table(storage: Storage): void {
  storage.exec("CREATE TABLE t (value INTEGER PRIMARY KEY CHECK (value >= 0)) STRICT");
}

/** What the account core relies on; each runs on every implementation of the storage port. */
export const storagePromises: Record<string, (storage: Storage, expect: ExpectStatic) => void> = {
  "keeps what a transaction wrote and returns what it returned": (storage, expect) => {
    table(storage);
    const returned = storage.transactionSync(() => {
      storage.exec("INSERT INTO t VALUES (1)");
      return "done";
    });
    expect(returned).toBe("done");
    expect(rows(storage)).toEqual([{ value: 1 }]);
  },
  "undoes the whole transaction when it throws, and passes the error on": (storage, expect) => {
    table(storage);
    const work = () =>
      storage.transactionSync(() => {
        storage.exec("INSERT INTO t VALUES (1)");
        throw new Error("changed my mind");
      });
    expect(work).toThrow("changed my mind");
    expect(rows(storage)).toEqual([]);
  },
  "undoes it when a CHECK refuses": (storage, expect) => {
    table(storage);
    const work = () =>
      storage.transactionSync(() => {
        storage.exec("INSERT INTO t VALUES (1)");
        storage.exec("INSERT INTO t VALUES (-1)");
      });
    expect(work).toThrow(/CHECK/);
    expect(rows(storage)).toEqual([]);
  },
  "undoes an inner transaction alone, where the outer one goes on": (storage, expect) => {
    table(storage);
    storage.transactionSync(() => {
      storage.exec("INSERT INTO t VALUES (1)");
      try {
        storage.transactionSync(() => {
          storage.exec("INSERT INTO t VALUES (2)");
          throw new Error("inner");
        });
      } catch {
        storage.exec("INSERT INTO t VALUES (3)");
      }
    });
    expect(rows(storage)).toEqual([{ value: 1 }, { value: 3 }]);
  },
  "keeps whole numbers beyond 32 bits, as milliseconds and micro-credits are": (
    storage,
    expect,
  ) => {
    table(storage);
    for (const value of [2 ** 31, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]) {
      storage.exec("INSERT INTO t VALUES (?)", value);
    }
    expect(rows(storage).map(({ value }) => value)).toEqual([
      2 ** 31,
      2 ** 40 + 1,
      Number.MAX_SAFE_INTEGER,
    ]);
  },
  "returns what RETURNING names, and null as null": (storage, expect) => {
    storage.exec("CREATE TABLE n (id INTEGER PRIMARY KEY, note TEXT) STRICT");
    expect(storage.exec("INSERT INTO n (note) VALUES (?) RETURNING id, note", null)).toEqual([
      { id: 1, note: null },
    ]);
  },
  "has foreign keys in force": (storage, expect) => {
    storage.exec("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT");
    storage.exec("CREATE TABLE b (a INTEGER REFERENCES a (id)) STRICT");
    expect(() => storage.exec("INSERT INTO b VALUES (7)")).toThrow(/FOREIGN KEY/);
  },
};
