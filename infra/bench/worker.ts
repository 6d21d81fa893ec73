import worker from "../../functions/worker.ts";
import { wholeEdits, type EditsWanted } from "./whole-edits.ts";

export { AccountObject, PoolObject } from "../../functions/worker.ts";

/** The Worker as it is, and one more address that works an account's object as hard as it can. */
export default {
  ...worker,

  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/bench") return worker.fetch(request, env, context);
    return Response.json(await wholeEdits(env, await request.json<EditsWanted>()));
  },
} satisfies ExportedHandler<Env>;
