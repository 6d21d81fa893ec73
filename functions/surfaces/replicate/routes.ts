import { z } from "@hono/zod-openapi";
import { ReplicateEvent, type SurfaceRecord } from "../../../schemas/surface.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import type { AppContext } from "../../api/app-env.ts";
import { preferredWait } from "../../api/edits/answer.ts";
import { parsed } from "../../api/edits/intake.ts";
import { recordOf } from "../follow.ts";
import { jsonObject } from "../json-object.ts";
import { performNow } from "../../dispatch/perform.ts";
import { unwrap } from "../../errors/problem-error.ts";
import { servicesOf } from "../../services.ts";
import { readParameters } from "../mapping.ts";
import { findModel } from "../models.ts";
import { placeJson, type Order } from "../order.ts";
import { pathParameter, type SurfaceRoute } from "../surface-route.ts";
import { readCancelAfter } from "./cancel-after.ts";
import { createFile, deleteFile, getFile, listFiles } from "./files.ts";
import { echoOf, replicateInput, withoutIdleQuality } from "./input.ts";
import { listPredictions } from "./list.ts";
import { replicateModels } from "./models.ts";
import { stillStarting, toPrediction } from "./prediction.ts";
import { usualEvents } from "./webhook.ts";

const Url = z.string().max(2_048);

/** The body of a create; the version is told by the path where that names a model. */
const PredictionRequest = z.strictObject({
  version: z.string().optional(),
  input: z.record(z.string(), z.unknown()).default({}),
  webhook: Url.optional(),
  webhook_completed: Url.optional(),
  webhook_events_filter: z.array(ReplicateEvent).min(1).optional(),
  stream: z.boolean().nullish(),
});

type Webhook = Extract<SurfaceRecord, { name: "replicate" }>["webhook"];

/** Replicate's HTTP API, as far as edits go. */
export const replicateRoutes: readonly SurfaceRoute[] = [
  {
    method: "POST",
    path: "/v1/predictions",
    takes: "application/json",
    summary: "create a prediction of the `version` in the body",
    handle: (c) => create(c, null),
  },
  {
    method: "POST",
    path: "/v1/models/:owner/:name/predictions",
    takes: "application/json",
    summary: "create a prediction of a model",
    handle: (c) => create(c, "model"),
  },
  {
    method: "POST",
    path: "/v1/deployments/:owner/:name/predictions",
    takes: "application/json",
    summary: "the same: every model is a deployment of its name",
    handle: (c) => create(c, "deployment"),
  },
  {
    method: "GET",
    path: "/v1/predictions",
    summary: "100 predictions a page, newest first; `next` is the following page",
    handle: listPredictions,
  },
  {
    method: "GET",
    path: "/v1/predictions/:id",
    summary: "a prediction",
    handle: async (c) => c.json(toPrediction(await recordOf(c, pathParameter(c, "id")))),
  },
  {
    method: "POST",
    path: "/v1/predictions/:id/cancel",
    summary: "cancel it",
    handle: cancel,
  },
  {
    method: "POST",
    path: "/v1/files",
    takes: "multipart/form-data",
    summary: "upload a picture as `content`",
    handle: createFile,
  },
  {
    method: "GET",
    path: "/v1/files",
    summary: "100 files a page, newest first; `next` is the following page",
    handle: listFiles,
  },
  { method: "GET", path: "/v1/files/:id", summary: "a file", handle: getFile },
  { method: "DELETE", path: "/v1/files/:id", summary: "delete it", handle: deleteFile },
];

async function create(c: AppContext, named: "model" | "deployment" | null): Promise<Response> {
  const edit = await placeJson(c, () => readOrder(c, named));
  const wait = preferredWait(c.req.header("prefer"));
  c.header("location", toLocation(edit.urls.self));
  if (wait === null) return c.json(toPrediction(await recordOf(c, edit.id)), 201);
  const { account, keyHash } = c.var.caller;
  unwrap(await account.awaitEdit(keyHash, edit.id, wait * 1000));
  c.header("preference-applied", `wait=${wait}`);
  const record = await recordOf(c, edit.id);
  const prediction = toPrediction(record);
  return c.json(isTerminal(record.edit.status) ? prediction : stillStarting(prediction), 201);
}

async function readOrder(c: AppContext, named: "model" | "deployment" | null): Promise<Order> {
  const body = parsed(PredictionRequest, await jsonObject(c));
  const path = `${pathParameter(c, "owner")}/${pathParameter(c, "name")}`;
  const model = unwrap(findModel(replicateModels, named === null ? (body.version ?? "") : path));
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  const { asked, pictures, names } = unwrap(
    readParameters(replicateInput, body.input, "/input", isText as (v: unknown) => v is string),
  );
  const header = c.req.header("cancel-after");
  const lifetime = unwrap(readCancelAfter(header));
  const webhook = webhookOf(body);
  const pointer = body.webhook === undefined ? "/webhook_completed" : "/webhook";
  return {
    asked: { ...withoutIdleQuality(asked), task: model.task },
    pictures,
    names,
    ...(webhook === null ? {} : { webhook: { url: webhook.url, pointer } }),
    ...(lifetime === undefined ? {} : { lifetime }),
    surface: {
      name: "replicate",
      model: model.name,
      version: model.version,
      deployment: named === "deployment" ? model.name : null,
      input: echoOf(body.input),
      cancel_after: lifetime !== undefined,
      webhook,
    },
  };
}

/** `webhook_completed` is the older name of a webhook of the end alone. */
function webhookOf(body: z.infer<typeof PredictionRequest>): Webhook {
  const events = body.webhook_events_filter ?? [...usualEvents];
  if (body.webhook !== undefined) return { url: body.webhook, events };
  if (body.webhook_completed === undefined) return null;
  return { url: body.webhook_completed, events: ["completed"] };
}

async function cancel(c: AppContext): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  const id = pathParameter(c, "id");
  c.set("edit", id);
  const { messages } = unwrap(await account.cancel(keyHash, id));
  c.executionCtx.waitUntil(performNow(servicesOf(c.env), messages));
  return c.json(toPrediction(await recordOf(c, id)));
}

function toLocation(self: string): string {
  return self.replace("/v1/edits/", "/v1/predictions/");
}
