import type { Delivery } from "../../schemas/delivery.ts";
import type {
  CreatedWebhookEndpoint,
  RotatedSecret,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpointRequest,
} from "../../schemas/webhook-endpoint.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { visibleEdit } from "./deletion.ts";
import * as log from "./delivery-log.ts";
import { instant } from "./edit-row.ts";
import { toEndpoint, type EndpointRow } from "./endpoint-row.ts";
import * as endpoints from "./endpoints.ts";
import { send } from "./events.ts";
import { hurryLane } from "./lanes.ts";
import { rotateDefaultSecret, rotateEndpointSecret } from "./secrets.ts";

/** What came of a procedure, and what has to follow. */
export interface Done<Value> {
  readonly value: Value;
  readonly messages: readonly WorkMessage[];
  /** Whether it may have moved the account's next deadline. */
  readonly changed: boolean;
}

/** What customers do with endpoints, secrets and deliveries: each procedure with what it takes and gives. */
export interface WebhookProcedures {
  createEndpoint: [WebhookEndpointRequest & { secret: string }, CreatedWebhookEndpoint];
  listEndpoints: [null, WebhookEndpoint[]];
  endpoint: [{ id: string }, WebhookEndpoint];
  changeEndpoint: [{ id: string; change: WebhookEndpointChange }, WebhookEndpoint];
  deleteEndpoint: [{ id: string }, null];
  endpointSecret: [{ id: string }, string];
  rotateSecret: [{ id: string; secret: string }, RotatedSecret];
  rotateDefaultSecret: [{ secret: string }, RotatedSecret];
  testEndpoint: [{ id: string }, Delivery];
  endpointDeliveries: [{ id: string } & log.PageQuery, log.DeliveryPage];
  editDeliveries: [{ id: string } & log.PageQuery, log.DeliveryPage];
  delivery: [{ id: string }, Delivery];
  redeliver: [{ id: string }, Delivery];
}

type Handlers = {
  [Name in keyof WebhookProcedures]: (
    context: AccountContext,
    input: WebhookProcedures[Name][0],
  ) => Result<Done<WebhookProcedures[Name][1]>, Refusal>;
};

const handlers: Handlers = {
  createEndpoint: (context, { secret, ...request }) =>
    map(endpoints.createEndpoint(context, request, secret), (row) =>
      done({ ...toEndpoint(row), secret }),
    ),

  listEndpoints: (context) => ok(read(endpoints.listEndpoints(context).map(toEndpoint))),

  endpoint: (context, { id }) => ofEndpoint(context, id, (row) => read(toEndpoint(row))),

  changeEndpoint: (context, { id, change }) =>
    ofEndpoint(context, id, (row) => {
      const changed = endpoints.changeEndpoint(context, row, change);
      return done(toEndpoint(changed.row), changed.messages);
    }),

  deleteEndpoint: (context, { id }) =>
    ofEndpoint(context, id, () =>
      done(null, endpoints.advanceEndpoint(context, id, { type: "delete" })),
    ),

  endpointSecret: (context, { id }) => ofEndpoint(context, id, (row) => read(row.secret)),

  rotateSecret: (context, { id, secret }) =>
    ofEndpoint(context, id, () => done(rotated(secret, rotateEndpointSecret(context, id, secret)))),

  rotateDefaultSecret: (context, { secret }) =>
    ok(done(rotated(secret, rotateDefaultSecret(context, secret)))),

  testEndpoint: (context, { id }) => {
    const found = endpoints.knownEndpoint(context, id);
    if (!found.ok) return found;
    const row = found.value;
    if (row.status !== "enabled") return err(log.endpointDisabled);
    const messages = send(context, { type: "webhook.test", data: toEndpoint(row) }, [row]);
    const [message] = messages;
    const delivery = message?.type === "deliver" ? message.delivery : "";
    hurryLane(context, id);
    return map(log.knownDelivery(context, delivery), (sent) =>
      done(log.deliveryResource(context, sent), messages),
    );
  },

  endpointDeliveries: (context, { id, ...query }) =>
    ofEndpoint(context, id, () => read(log.endpointDeliveries(context, id, query))),

  editDeliveries: (context, { id, ...query }) =>
    map(visibleEdit(context, id), () => read(log.editDeliveries(context, id, query))),

  delivery: (context, { id }) =>
    map(log.knownDelivery(context, id), (row) => read(log.deliveryResource(context, row))),

  redeliver: (context, { id }) => {
    const found = log.knownDelivery(context, id);
    if (!found.ok) return found;
    return map(log.redeliver(context, found.value), (row) => {
      if (row.lane !== null) hurryLane(context, row.lane);
      return done(log.deliveryResource(context, row), [
        { v: 1, type: "deliver", account: context.account, delivery: row.id },
      ]);
    });
  },
};

/** Carries out a procedure in one transaction. */
export function runWebhookProcedure<Name extends keyof WebhookProcedures>(
  context: AccountContext,
  name: Name,
  input: WebhookProcedures[Name][0],
): Result<Done<WebhookProcedures[Name][1]>, Refusal> {
  return context.storage.transactionSync(() => handlers[name](context, input));
}

function done<Value>(value: Value, messages: readonly WorkMessage[] = []): Done<Value> {
  return { value, messages, changed: true };
}

function read<Value>(value: Value): Done<Value> {
  return { value, messages: [], changed: false };
}

function map<From, To>(
  result: Result<From, Refusal>,
  work: (value: From) => To,
): Result<To, Refusal> {
  return result.ok ? ok(work(result.value)) : result;
}

function ofEndpoint<To>(
  context: AccountContext,
  id: string,
  work: (row: EndpointRow) => To,
): Result<To, Refusal> {
  return map(endpoints.knownEndpoint(context, id), work);
}

function rotated(key: string, until: number): RotatedSecret {
  return { key, previous_expires_at: instant(until) };
}
