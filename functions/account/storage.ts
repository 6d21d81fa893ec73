/** What SQLite binds and returns here. Integers stay exact up to 2^53. */
export type SqlValue = string | number | null;

/**
 * The whole of what the account core asks of a database: run a statement, and run several as one.
 *
 * `transactionSync` rolls back when `work` throws, and rethrows. Implementations: SQLite-backed Durable Objects in
 * production (`durable-storage.ts`), `node:sqlite` where the core runs outside workerd; one conformance suite holds
 * both to the same behaviour.
 */
export interface Storage {
  exec<Row extends Record<string, SqlValue>>(sql: string, ...bindings: SqlValue[]): Row[];
  transactionSync<T>(work: () => T): T;
}
