import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlValue, Storage } from "../../functions/account/storage.ts";

/** The storage port on `node:sqlite`, in memory. Statements are prepared once. */
export function nodeStorage(database = new DatabaseSync(":memory:")): Storage {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (statement === undefined) statements.set(sql, (statement = database.prepare(sql)));
    return statement;
  };
  let depth = 0;
  return {
    exec: <Row extends Record<string, SqlValue>>(sql: string, ...bindings: SqlValue[]) =>
      prepared(sql).all(...bindings) as Row[],
    transactionSync: (work) => {
      const name = `t${depth++}`;
      prepared(`SAVEPOINT ${name}`).run();
      try {
        const value = work();
        prepared(`RELEASE ${name}`).run();
        return value;
      } catch (error) {
        prepared(`ROLLBACK TO ${name}`).run();
        prepared(`RELEASE ${name}`).run();
        throw error;
      } finally {
        depth--;
      }
    },
  };
}
