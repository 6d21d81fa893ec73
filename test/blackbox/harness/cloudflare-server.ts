import { DatabaseSync } from "node:sqlite";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the account holds. */
interface AccountState {
  readonly buckets: Set<string>;
  readonly queues: Set<string>;
  readonly databases: Map<string, DatabaseSync>;
  readonly secrets: Set<string>;
  /** Metadata of the scripts that were uploaded, by name. */
  readonly scripts: Map<string, string>;
  /** What was changed, in order. */
  readonly changes: string[];
}

/** A server on loopback that speaks as much of Cloudflare's API v4 as a deploy by wrangler asks for. */
export interface CloudflareServer {
  readonly url: string;
  readonly state: AccountState;
  /** Requests that it does not know. */
  readonly unknown: string[];
  close(): Promise<void>;
}

/** The result of a request; null where there is no such thing. */
type Handler = (state: AccountState, body: string, ...matched: string[]) => unknown;

const uuidOf = (name: string) =>
  `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padEnd(12, "0").slice(0, 12)}`;
const queueOf = (name: string) => ({
  queue_name: name,
  queue_id: uuidOf(name),
  producers: [],
  consumers: [],
  settings: {},
});

function change(state: AccountState, what: string): void {
  state.changes.push(what);
}

const routes: readonly (readonly [method: string, path: RegExp, Handler])[] = [
  [
    "GET",
    /\/r2\/buckets\/([\w-]+)$/,
    ({ buckets }, _body, name = "") =>
      buckets.has(name)
        ? {
            name,
            creation_date: "2026-01-01T00:00:00Z",
            location: "WEUR",
            storage_class: "Standard",
          }
        : null,
  ],
  [
    "POST",
    /\/r2\/buckets$/,
    (state, body) => {
      const { name } = JSON.parse(body) as { name: string };
      state.buckets.add(name);
      change(state, `bucket ${name}`);
      return { name };
    },
  ],
  [
    "GET",
    /\/queues\?.*name=([\w-]+)/,
    ({ queues }, _body, name = "") => (queues.has(name) ? [queueOf(name)] : []),
  ],
  [
    "GET",
    /\/queues\/([\w-]+)$/,
    ({ queues }, _body, id = "") => {
      const name = [...queues].find((queue) => uuidOf(queue) === id);
      return name === undefined ? null : queueOf(name);
    },
  ],
  [
    "POST",
    /\/queues$/,
    (state, body) => {
      const { queue_name } = JSON.parse(body) as { queue_name: string };
      state.queues.add(queue_name);
      change(state, `queue ${queue_name}`);
      return queueOf(queue_name);
    },
  ],
  [
    "GET",
    /\/d1\/database(\?.*)?$/,
    ({ databases }) =>
      [...databases.keys()].map((name) => ({ name, uuid: uuidOf(name), version: "production" })),
  ],
  [
    "POST",
    /\/d1\/database$/,
    (state, body) => {
      const { name } = JSON.parse(body) as { name: string };
      state.databases.set(name, new DatabaseSync(":memory:"));
      change(state, `database ${name}`);
      return { name, uuid: uuidOf(name) };
    },
  ],
  [
    "POST",
    /\/d1\/database\/([\w-]+)\/query$/,
    ({ databases }, body, id) => {
      const database = [...databases].find(([name]) => uuidOf(name) === id)?.[1];
      const { sql } = JSON.parse(body) as { sql: string };
      // D1 runs several statements of one text; the last one's rows are the answer.
      const statements = sql
        .split(";")
        .map((text) => text.trim())
        .filter((text) => text !== "");
      return statements.map((text) => ({
        success: true,
        meta: {},
        results: database?.prepare(text).all() ?? [],
      }));
    },
  ],
  [
    "GET",
    /\/scripts\/[\w-]+\/secrets/,
    ({ secrets, scripts }) =>
      scripts.size + secrets.size === 0
        ? null
        : [...secrets].map((name) => ({ name, type: "secret_text" })),
  ],
  [
    "GET",
    /\/workers\/workers\/([\w-]+)$/,
    (_state, _body, name = "") => ({
      id: uuidOf(name),
      name,
      tags: [],
      subdomain: { enabled: true, previews_enabled: false },
    }),
  ],
  ["GET", /\/workers\/subdomain$/, () => ({ subdomain: "someone" })],
  ["GET", /\/scripts\/[\w-]+\/subdomain$/, () => ({ enabled: true, previews_enabled: false })],
  ["POST", /\/scripts\/[\w-]+\/subdomain$/, () => ({ enabled: true, previews_enabled: false })],
  [
    "PUT",
    /\/scripts\/[\w-]+\/schedules$/,
    (state, body) => {
      change(state, `crons ${body}`);
      return { schedules: JSON.parse(body) as unknown };
    },
  ],
  [
    "POST",
    /\/queues\/([\w-]+)\/consumers$/,
    (state, body) => {
      change(state, `consumer ${(JSON.parse(body) as { script_name: string }).script_name}`);
      return {};
    },
  ],
  [
    "PUT",
    /\/scripts\/([\w-]+)(\/versions)?(\?.*)?$/,
    (state, body, name = "") => {
      state.scripts.set(name, body);
      change(state, `script ${name}`);
      return { id: name, startup_time_ms: 5 };
    },
  ],
];

/** Starts the server with an empty account. */
export async function startCloudflare(): Promise<CloudflareServer> {
  const state: AccountState = {
    buckets: new Set(),
    queues: new Set(),
    databases: new Map(),
    secrets: new Set(),
    scripts: new Map(),
    changes: [],
  };
  const unknown: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("latin1");
    const { method = "", url = "" } = request;
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (url === "/health") {
      json(200, { status: "ok" });
      return;
    }
    for (const [verb, path, handle] of routes) {
      const match = verb === method ? path.exec(url) : null;
      if (match === null) continue;
      const result = handle(state, body, ...match.slice(1));
      if (result === null) break;
      json(200, {
        success: true,
        errors: [],
        messages: [],
        result,
        result_info: { page: 1, per_page: 100, count: 1, total_count: 1, total_pages: 1 },
      });
      return;
    }
    unknown.push(`${method} ${url} ${body.slice(0, 200)}`);
    json(404, {
      success: false,
      errors: [{ code: 10007, message: "not found" }],
      messages: [],
      result: null,
    });
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    state,
    unknown,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
