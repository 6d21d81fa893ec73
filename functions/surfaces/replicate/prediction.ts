import type { Edit, EditStatus } from "../../../schemas/edit.ts";
import type { EditRecord } from "../../account/answers.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import { modelOf } from "../models.ts";
import { progressLines } from "../progress-lines.ts";

type PredictionStatus = "starting" | "processing" | "succeeded" | "failed" | "canceled" | "aborted";

/**
 * What an edit's status is called. An edit that expires is `canceled`, since clients wait on `succeeded`, `failed` and
 * `canceled` alone; it is `aborted` where the request named its deadline (`Cancel-After`) and it never ran.
 */
export const predictionStates: Readonly<Record<EditStatus, PredictionStatus>> = {
  queued: "starting",
  starting: "starting",
  processing: "processing",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "canceled",
  expired: "canceled",
};

/** An edit as Replicate describes predictions. */
export interface Prediction {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly deployment: string | null;
  readonly status: PredictionStatus;
  readonly input: unknown;
  readonly output: readonly string[] | null;
  readonly error: string | null;
  readonly logs: string;
  readonly metrics: { readonly predict_time?: number; readonly total_time?: number };
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly deadline: string | null;
  readonly data_removed: boolean;
  readonly source: "api";
  readonly urls: { readonly get: string; readonly cancel: string };
}

/** The edit as a prediction. One that was made on another surface has Inlay's own model and an input of its parameters. */
export function toPrediction(record: EditRecord): Prediction {
  const { edit, parameters } = record;
  const surface = parameters.surface?.name === "replicate" ? parameters.surface : null;
  const own = modelOf(edit.task);
  const lines = progressLines(record);
  return {
    id: edit.id,
    model: surface?.model ?? own.name,
    version: surface?.version ?? own.version,
    deployment: surface?.deployment ?? null,
    status: statusOf(edit, surface?.cancel_after === true),
    input: surface === null ? inputOf(record) : (JSON.parse(surface.input) as unknown),
    output: outputOf(edit),
    error: edit.error === null ? null : `${edit.error.code}: ${edit.error.detail}`,
    logs: lines.map((line) => `${line}\n`).join(""),
    metrics: metricsOf(edit),
    created_at: edit.created_at,
    started_at: edit.started_at,
    completed_at: edit.completed_at,
    deadline: surface?.cancel_after === true ? edit.expires_at : null,
    data_removed: isRemoved(edit),
    source: "api",
    urls: linksOf(edit),
  };
}

/** As `Prefer: wait` gives it back before its end: clients take anything but `starting` for finished then. */
export function stillStarting(prediction: Prediction): Prediction {
  return prediction.status === "processing" ? { ...prediction, status: "starting" } : prediction;
}

function statusOf({ status, started_at }: Edit, named: boolean): PredictionStatus {
  if (status === "expired" && named && started_at === null) return "aborted";
  return predictionStates[status];
}

/** The addresses of the pictures that are delivered; null until there are any, and once they have been removed. */
function outputOf(edit: Edit): string[] | null {
  const urls = edit.outputs.flatMap(({ url }) => (url === null ? [] : [url]));
  return urls.length === 0 ? null : urls;
}

function isRemoved(edit: Edit): boolean {
  return edit.outputs.some(({ url, blocked }) => url === null && blocked === null);
}

function metricsOf(edit: Edit): Prediction["metrics"] {
  if (!isTerminal(edit.status) || edit.completed_at === null) return {};
  const total = Date.parse(edit.completed_at) - Date.parse(edit.created_at);
  const { predict_ms } = edit.metrics;
  return {
    ...(predict_ms === null ? {} : { predict_time: predict_ms / 1000 }),
    total_time: total / 1000,
  };
}

function linksOf({ id, urls }: Edit): Prediction["urls"] {
  const get = urls.self.replace(`/v1/edits/${id}`, `/v1/predictions/${id}`);
  return { get, cancel: `${get}/cancel` };
}

function inputOf({ parameters }: EditRecord): object {
  const { task: _task, webhook: _webhook, metadata: _metadata, surface: _, ...input } = parameters;
  return input;
}
