import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import type { ModelInput } from "../../../schemas/model-input.ts";
import { bodyOf } from "./receiver.ts";

const python = join(import.meta.dirname, "../../../model-image/.venv/bin/python");

interface Created {
  readonly version: string;
  readonly input: ModelInput;
  readonly webhook: string;
  readonly webhook_events_filter: string[];
}

/** A prediction as the server keeps it, in Replicate's format. */
interface Held {
  readonly id: string;
  status: string;
  output: string[] | null;
  readonly request: Created;
}

/** A server on loopback that speaks Replicate's wire format and signs its webhooks with Standard Webhooks. */
export interface ReplicateServer {
  readonly url: string;
  readonly token: string;
  readonly secret: string;
  readonly predictions: Map<string, Held>;
  /** Where the creates went, and their headers. */
  readonly creates: { path: string; headers: IncomingMessage["headers"] }[];
  /** Runs a prediction: fetches its inputs and makes its output file. */
  run(id: string): Promise<void>;
  /** Sends a webhook about a prediction; the answers' statuses, one for each of `times`. */
  report(id: string, status: string, times?: number, secret?: string): Promise<number[]>;
  /** Removes the output files, as Replicate does after an hour. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts the server; nothing runs until the test says so. */
export async function startReplicate(): Promise<ReplicateServer> {
  const token = `r8_${randomBytes(12).toString("hex")}`;
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const files = new Map<string, Buffer>();
  const predictions = new Map<string, Held>();
  const creates: ReplicateServer["creates"] = [];

  const resource = ({ id, status, output, request }: Held) => ({
    id,
    model: "someone/inpainter",
    version: request.version,
    input: request.input,
    output,
    status,
    error: null,
    logs: "",
    created_at: new Date().toISOString(),
    urls: { get: `${url}/v1/predictions/${id}`, cancel: `${url}/v1/predictions/${id}/cancel` },
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const file = files.get(path);
    if (file !== undefined) {
      response.writeHead(200, { "content-type": "image/png" }).end(file);
      return;
    }
    if (!path.startsWith("/v1/")) {
      json(404, { detail: "Not found." });
      return;
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      json(401, {
        title: "Unauthenticated",
        detail: "You did not pass a valid token",
        status: 401,
      });
      return;
    }
    const [, id, action] = /^\/v1\/predictions\/(\w+)(\/cancel)?$/.exec(path) ?? [];
    const held = predictions.get(id ?? "");
    if (request.method === "POST" && path === "/v1/predictions") {
      const made: Held = {
        id: randomBytes(13).toString("hex"),
        status: "starting",
        output: null,
        request: JSON.parse(await bodyOf(request)) as Created,
      };
      creates.push({ path, headers: request.headers });
      predictions.set(made.id, made);
      json(201, resource(made));
    } else if (held === undefined) {
      json(404, { title: "Not found", detail: "The prediction was not found", status: 404 });
    } else {
      if (action !== undefined) held.status = "canceled";
      json(200, resource(held));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const heldOf = (id: string): Held => {
    const held = predictions.get(id);
    if (held === undefined) throw new Error(`no prediction ${id}`);
    return held;
  };

  return {
    url: `${url}/v1`,
    token,
    secret,
    predictions,
    creates,
    run: async (id) => {
      const held = heldOf(id);
      const folder = mkdtempSync(join(tmpdir(), "inlay-replicate-"));
      const { image_url, mask_url } = held.request.input;
      const paths = [];
      for (const [name, from] of Object.entries({ image: image_url, mask: mask_url })) {
        paths.push(join(folder, name));
        writeFileSync(join(folder, name), new Uint8Array(await (await fetch(from)).arrayBuffer()));
      }
      const made = join(folder, "out.png");
      execFileSync(python, [join(import.meta.dirname, "fill.py"), ...paths, made]);
      files.set(`/files/${id}/out.png`, readFileSync(made));
      held.output = [`${url}/files/${id}/out.png`];
    },
    report: async (id, status, times = 1, by = secret) => {
      const held = heldOf(id);
      held.status = status;
      const event = `msg_${randomBytes(8).toString("hex")}`;
      const body = JSON.stringify({
        ...resource(held),
        output: status === "succeeded" ? held.output : null,
      });
      const statuses = [];
      for (let time = 0; time < times; time++) {
        const at = new Date();
        const sent = await fetch(held.request.webhook, {
          method: "POST",
          body,
          headers: {
            "content-type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
            "webhook-signature": new Webhook(by).sign(event, at, body),
          },
        });
        statuses.push(sent.status);
      }
      return statuses;
    },
    forget: () => files.clear(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
