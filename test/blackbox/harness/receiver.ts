import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { WebhookEvent } from "../../../schemas/webhook-event.ts";

/** A request as it came. */
export interface RawRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A customer's webhook endpoint on loopback. */
export interface Receiver {
  readonly url: string;
  /** Every request's verified event, in the order of arrival. */
  readonly events: { readonly id: string; readonly event: WebhookEvent }[];
  /** Requests whose signature did not verify. */
  readonly forged: string[];
  /** Every request as it came, whoever signed it. */
  readonly all: RawRequest[];
  /** Waits for so many requests that are wanted. */
  requests(count: number, wanted: (request: RawRequest) => boolean): Promise<RawRequest[]>;
  /** The event ids of requests that were answered with a failure. */
  readonly refused: string[];
  /** The secret to verify with, once it is known. */
  secret: string;
  /** Answers the next requests with this status. */
  status: number;
  until(type: WebhookEvent["type"]): Promise<WebhookEvent>;
  close(): Promise<void>;
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Starts a receiver that verifies with the official library of Standard Webhooks. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const headers = request.headers as Record<string, string>;
      receiver.all.push({ headers, body });
      if (receiver.status === 200) {
        try {
          const event = new Webhook(receiver.secret).verify(body, headers) as WebhookEvent;
          receiver.events.push({ id: headers["webhook-id"] ?? "", event });
        } catch {
          receiver.forged.push(body);
        }
      } else {
        receiver.refused.push(headers["webhook-id"] ?? "");
      }
      response.writeHead(receiver.status).end();
      return undefined;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    events: [],
    forged: [],
    refused: [],
    all: [],
    requests: async (count, wanted) => {
      for (let look = 0; look < 300; look++) {
        const found = receiver.all.filter(wanted);
        if (found.length >= count) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`fewer than ${count} requests came`);
    },
    secret: "",
    status: 200,
    until: async (type) => {
      for (let look = 0; look < 300; look++) {
        const found = receiver.events.find(({ event }) => event.type === type);
        if (found !== undefined) return found.event;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(
        `no ${type} came; there were ${receiver.events.map((e) => e.event.type).join(", ")}`,
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
