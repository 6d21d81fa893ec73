import { parseArgs } from "node:util";
import { mintWebhookSecret } from "../../functions/deliver/signature.ts";
import type { EventList, WebhookEvent } from "../../schemas/webhook-event.ts";
import { ApiError, ConnectionError } from "../client/errors.ts";
import { serverSentEvents } from "../client/server-sent-events.ts";
import { pause, type Transport } from "../client/transport.ts";
import { forward } from "./forward.ts";
import { readState, statePath, writeState, type ListenState } from "./listen-state.ts";
import { commonOptions, settingsOf, transportOf, UsageError } from "./settings.ts";

export const listenHelp = `inlay listen --forward-to <url>

Follows the account's events and POSTs each to an address on this machine, signed as a webhook with the secret that it
prints. Nothing has to reach this machine from outside. Where it was is kept, so that the next run goes on there.

  --forward-to URL  where events go, such as http://localhost:3000/webhooks
  --events LIST     only these, such as edit.succeeded,edit.failed or edit.*
  --after SEQUENCE  go on after this event, or from "start", whatever was before
  --state FILE      where the secret and the place are kept`;

/** `inlay listen`: ends by a signal, or where the key is refused. */
export async function listen(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...commonOptions,
      "forward-to": { type: "string" },
      events: { type: "string", default: "*" },
      after: { type: "string" },
      state: { type: "string" },
    },
  });
  const settings = settingsOf(values);
  const target = values["forward-to"] ?? "";
  if (!URL.canParse(target)) {
    throw new UsageError("Say where events go: --forward-to http://localhost:3000/webhooks");
  }
  const transport = transportOf(settings);
  const account = /^inlay_\w+?_(\w{25})_/.exec(settings.key)?.[1] ?? "";
  const path = values.state ?? statePath(settings.url, account, target);
  let state = await begin(transport, path, values.after);
  console.log(`Forwarding events of ${settings.url} to ${target}, after ${state.cursor ?? "the oldest"}
Webhook secret: ${state.secret}`);

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const wanted = filterOf(values.events);
  while (!stop.signal.aborted) {
    try {
      for await (const { sequence, payload } of logAfter(transport, state.cursor, stop.signal)) {
        const { type, data } = JSON.parse(payload) as WebhookEvent;
        if (wanted(type)) {
          const event = { id: `evt_${account}_${sequence}`, payload };
          const status = await forward(target, state.secret, event, stop.signal);
          if (status === null) break;
          const taken = status >= 200 && status < 300;
          console.log(`${taken ? "✓" : "✗"} ${sequence}  ${type}  ${data.id}  ${status}`);
        }
        state = { ...state, cursor: sequence };
        await writeState(path, state);
      }
    } catch (error) {
      if (stop.signal.aborted) break;
      if (error instanceof ApiError && error.code === "events_gone") {
        console.error(
          "✗ Events since the last run are not kept any more. Going on with the oldest.",
        );
        state = { ...state, cursor: null };
      } else if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
        throw error;
      } else {
        const reason = error instanceof ConnectionError ? error.message : String(error);
        console.error(`… ${reason} Trying again.`);
        await pause(1_000);
      }
    }
  }
  return 0;
}

/** The state to go on with, kept before anything is forwarded: from now on, where there was none. */
async function begin(transport: Transport, path: string, after?: string): Promise<ListenState> {
  const known = await readState(path);
  const secret = known?.secret ?? mintWebhookSecret((into) => crypto.getRandomValues(into));
  const state = { secret, cursor: await cursorOf(transport, known, after) };
  await writeState(path, state);
  return state;
}

async function cursorOf(transport: Transport, known: ListenState | null, after?: string) {
  if (after === "start") return null;
  if (after !== undefined) {
    if (/^\d{1,15}$/.test(after)) return Number(after);
    throw new UsageError(`--after takes the sequence of an event or "start", not ${after}.`);
  }
  if (known !== null) return known.cursor;
  return (await transport.json<EventList>("GET", "/v1/events?after=latest")).next;
}

/** The events after a sequence as they are stored, up to the end of one stream. */
async function* logAfter(transport: Transport, after: number | null, signal: AbortSignal) {
  const headers = {
    accept: "text/event-stream",
    ...(after === null ? {} : { "last-event-id": String(after) }),
  };
  const { body } = await transport.send("GET", "/v1/events", { headers, signal });
  if (body === null) return;
  for await (const { id, data } of serverSentEvents(body)) {
    // Progress and previews have no id, and no webhook either.
    if (id !== null) yield { sequence: Number(id), payload: data };
  }
}

/** Whether a type passes a list of types and families such as `edit.*`. */
function filterOf(list: string): (type: string) => boolean {
  const patterns = list.split(",").map((pattern) => pattern.trim());
  return (type) =>
    patterns.some(
      (pattern) =>
        pattern === "*" ||
        pattern === type ||
        (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))),
    );
}
