import type { SqlValue, Storage } from "./storage.ts";

/** The storage of a SQLite-backed Durable Object behind the core's port. */
export function durableStorage(storage: DurableObjectStorage): Storage {
  return {
    exec: <Row extends Record<string, SqlValue>>(sql: string, ...bindings: SqlValue[]) =>
      storage.sql.exec<Row>(sql, ...bindings).toArray(),
    transactionSync: (work) => storage.transactionSync(work),
  };
}
