import type { AppContext } from "../../api/app-env.ts";
import { problemOf } from "../../api/problem-response.ts";
import { followed } from "../follow.ts";
import { falProblem } from "./problem.ts";
import { falLogs, falStatus } from "./status.ts";

/**
 * The status of a request as events until it is completed, each time that it differs. The client gathers the logs: each
 * event has the lines that none before it had.
 */
export async function* statusEvents(
  c: AppContext,
  { request, logs }: { readonly request: string; readonly logs: boolean },
  base: string,
): AsyncGenerator<string, void> {
  const told = new Set<string>();
  let last = "";
  try {
    for await (const record of followed(c, request)) {
      const lines = falLogs(record, new Date().toISOString());
      const fresh = logs ? lines.filter(({ message }) => !told.has(message)) : null;
      const state = JSON.stringify(falStatus(record, base, null));
      if (state !== last || (fresh?.length ?? 0) > 0) {
        yield `data: ${JSON.stringify(falStatus(record, base, fresh))}\n\n`;
      } else {
        yield ": still running\n\n";
      }
      last = state;
      for (const { message } of lines) told.add(message);
    }
  } catch (error) {
    const problem = problemOf(error as Error, c.var.requestId);
    yield `event: error\ndata: ${JSON.stringify(falProblem(problem).body)}\n\n`;
  }
}
