import { z } from "@hono/zod-openapi";
import type { Edit } from "../../../schemas/edit.ts";
import type { AppContext } from "../../api/app-env.ts";
import { parsed } from "../../api/edits/intake.ts";
import { originOf } from "../../api/origin.ts";
import { falKeys } from "../../deliver/fal-signature.ts";
import { performNow } from "../../dispatch/perform.ts";
import { readConfiguration } from "../../env.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import { servicesOf } from "../../services.ts";
import { endedEdit } from "../ended.ts";
import { recordOf } from "../follow.ts";
import { jsonObject } from "../json-object.ts";
import { readParameters } from "../mapping.ts";
import { findModel, ownModels } from "../models.ts";
import { placeJson, type Order } from "../order.ts";
import type { SurfaceRoute } from "../surface-route.ts";
import { eventStreamHeaders, textStream } from "../text-stream.ts";
import { checkFalHeaders } from "./headers.ts";
import { falInput } from "./input.ts";
import { endingOf, falResult } from "./result.ts";
import { falLogs, falStatus } from "./status.ts";
import { statusEvents } from "./stream.ts";
import { proxyTarget, queueTarget, type FalTarget } from "./target.ts";

/** The paths of the queue's routes: below this, as at fal. */
const queue = "/fal/queue";

const direct = (c: AppContext) =>
  handle(
    c,
    queueTarget(c.req.method, c.req.path.slice(queue.length), new URL(c.req.url).searchParams),
  );
const proxied = (c: AppContext) =>
  handle(c, proxyTarget(c.req.method, c.req.header("x-fal-target-url") ?? ""));

/** fal's queue, by its own paths and by the proxy protocol of its client. */
export const falRoutes: readonly SurfaceRoute[] = [
  {
    method: "POST",
    path: "/fal/queue/:owner/:app",
    takes: "application/json",
    summary: "submit a request; `fal_webhook` names where the result goes",
    handle: direct,
  },
  {
    method: "GET",
    path: "/fal/queue/:owner/:app/requests/:id/status",
    summary: "its status; with `logs=1` the lines of its run",
    handle: direct,
  },
  {
    method: "GET",
    path: "/fal/queue/:owner/:app/requests/:id/status/stream",
    summary: "its status as events, until it is completed",
    handle: direct,
  },
  {
    method: "GET",
    path: "/fal/queue/:owner/:app/requests/:id",
    summary: "its result, or the error that it ended with",
    handle: direct,
  },
  {
    method: "PUT",
    path: "/fal/queue/:owner/:app/requests/:id/cancel",
    summary: "cancel it",
    handle: direct,
  },
  {
    method: "POST",
    path: "/fal/proxy",
    takes: "application/json",
    summary: "what the client sends to `queue.fal.run`, `fal.run` and its upload server",
    handle: proxied,
  },
  { method: "GET", path: "/fal/proxy", summary: "the same", handle: proxied },
  { method: "PUT", path: "/fal/proxy", summary: "the same", handle: proxied },
  {
    method: "GET",
    path: "/fal/.well-known/jwks.json",
    open: true,
    summary: "the keys that verify webhooks",
    handle: (c) =>
      c.json({ keys: falKeys(readConfiguration(c.env).SIGNING_KEYS) }, 200, {
        "cache-control": "public, max-age=3600",
      }),
  },
];

async function handle(c: AppContext, target: FalTarget | null): Promise<Response> {
  switch (target?.type) {
    case undefined:
      return unknownTarget(c);
    case "submit":
      return submit(c, target.app, target.webhook);
    case "run":
      return result(c, (await endedEdit(c, (await place(c, target.app, null)).id)).id);
    case "upload":
      return announceUpload(c);
    case "result":
      return result(c, target.request);
    case "status": {
      const record = await known(c, target.request);
      const logs = target.logs ? falLogs(record, new Date().toISOString()) : null;
      return c.json(falStatus(record, addressOf(c, target.app, target.request), logs));
    }
    case "stream": {
      await known(c, target.request);
      const events = statusEvents(c, target, addressOf(c, target.app, target.request));
      return c.body(textStream(events), 200, eventStreamHeaders);
    }
    case "cancel":
      return cancel(c, target.request);
    default:
      return target satisfies never;
  }
}

/** Whoever has no key in force learns that first, and nothing of what there is. */
async function unknownTarget(c: AppContext): Promise<never> {
  const { account, keyHash } = c.var.caller;
  unwrap(await account.account(keyHash));
  throw new ProblemError({
    code: "route_unknown",
    detail: "Nothing is served for this method and target. See docs/compatibility.md.",
  });
}

async function place(c: AppContext, app: string, webhook: string | null): Promise<Edit> {
  const edit = await placeJson(c, async (): Promise<Order> => {
    const input = await jsonObject(c);
    checkFalHeaders((name) => c.req.header(name));
    const model = unwrap(findModel(ownModels, app));
    const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
    const read = unwrap(readParameters(falInput, input, "", isText));
    return {
      asked: { ...read.asked, task: model.task },
      pictures: read.pictures,
      names: read.names,
      ...(webhook === null ? {} : { webhook: { url: webhook, pointer: "/fal_webhook" } }),
      surface: { name: "fal", app: model.name, webhook },
    };
  });
  c.header("x-fal-request-id", edit.id);
  return edit;
}

async function submit(c: AppContext, app: string, webhook: string | null): Promise<Response> {
  const { id } = await place(c, app, webhook);
  return c.json(falStatus(await recordOf(c, id), addressOf(c, app, id), null));
}

async function result(c: AppContext, id: string): Promise<Response> {
  const record = await known(c, id);
  const { edit } = record;
  if (!isTerminal(edit.status)) {
    throw new ProblemError({ code: "edit_unfinished", detail: "Request is still in progress" });
  }
  const problem = endingOf(edit);
  if (problem !== null) throw new ProblemError({ code: problem.code, detail: problem.detail });
  return c.json(falResult(record));
}

async function cancel(c: AppContext, id: string): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  await known(c, id);
  const { messages } = unwrap(await account.cancel(keyHash, id));
  c.executionCtx.waitUntil(performNow(servicesOf(c.env), messages));
  // What changed something has something to follow.
  return messages.length > 0
    ? c.json({ status: "CANCELLATION_REQUESTED" }, 202)
    : c.json({ status: "ALREADY_COMPLETED" }, 400);
}

/** The client's upload: it PUTs the bytes to the one address, and uses the other as a picture. */
async function announceUpload(c: AppContext): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  const upload = unwrap(await account.createUpload(keyHash, {}, originOf(c)));
  parsed(z.looseObject({ content_type: z.string().optional() }), await jsonObject(c));
  return c.json({
    upload_url: upload.upload_url,
    file_url: `${originOf(c)}/v1/files/${upload.id}`,
  });
}

async function known(c: AppContext, id: string) {
  const record = await recordOf(c, id);
  c.header("x-fal-request-id", id);
  return record;
}

function addressOf(c: AppContext, app: string, id: string): string {
  return `${originOf(c)}${queue}/${app}/requests/${id}`;
}
