/** What a request of fal's client is for. */
export type FalTarget =
  | { readonly type: "submit" | "run"; readonly app: string; readonly webhook: string | null }
  | {
      readonly type: "status" | "stream" | "result" | "cancel";
      readonly app: string;
      readonly request: string;
      readonly logs: boolean;
    }
  | { readonly type: "upload" };

const queueHost = "queue.fal.run";
const runHost = "fal.run";
const storageHost = "rest.fal.ai";

/** Where the client wants to go: the `x-fal-target-url` of its proxy protocol. Null where that is nothing of ours. */
export function proxyTarget(method: string, targetUrl: string): FalTarget | null {
  const url = URL.parse(targetUrl);
  if (url === null || url.protocol !== "https:") return null;
  switch (url.host) {
    case queueHost:
      return queueTarget(method, url.pathname, url.searchParams);
    case runHost: {
      const app = method === "POST" ? appOf(url.pathname) : null;
      return app === null ? null : { type: "run", app, webhook: null };
    }
    case storageHost:
      return method === "POST" && url.pathname === "/storage/upload/initiate"
        ? { type: "upload" }
        : null;
    default:
      return null;
  }
}

/** The same for a path of the queue: `/owner/app`, `/owner/app/requests/id/status` and so on. */
export function queueTarget(
  method: string,
  path: string,
  query: URLSearchParams,
): FalTarget | null {
  const match = /^(\/[\w.-]+\/[\w.-]+)\/requests\/(\w+)(\/status|\/status\/stream|\/cancel)?$/.exec(
    path,
  );
  if (match === null) {
    const app = method === "POST" ? appOf(path) : null;
    return app === null ? null : { type: "submit", app, webhook: query.get("fal_webhook") };
  }
  const [, prefix = "", request = "", action = ""] = match;
  const type = actions[`${method} ${action}`];
  const logs = ["1", "true"].includes(query.get("logs") ?? "");
  return type === undefined ? null : { type, app: prefix.slice(1), request, logs };
}

const actions: Readonly<Record<string, "status" | "stream" | "result" | "cancel">> = {
  "GET /status": "status",
  "GET /status/stream": "stream",
  "GET ": "result",
  "PUT /cancel": "cancel",
};

function appOf(path: string): string | null {
  return /^\/([\w.-]+\/[\w.-]+)\/?$/.exec(path)?.[1] ?? null;
}
