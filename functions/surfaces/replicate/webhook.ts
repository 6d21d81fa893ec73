import type { EditStatus } from "../../../schemas/edit.ts";
import type { ReplicateEvent, SurfaceRecord } from "../../../schemas/surface.ts";
import type { EditRecord } from "../../account/answers.ts";
import type { SurfaceWebhook } from "../surface-webhook.ts";
import { toPrediction } from "./prediction.ts";

/** The events that are sent where the request names none. */
export const usualEvents: readonly ReplicateEvent[] = ["output", "completed"];

/**
 * The events that an edit's status stands for. The outputs come all at once with the end, so that `output` and
 * `completed` are one request then; progress has no event, and the logs come with the others.
 */
export const replicateEvents: Readonly<Record<EditStatus, readonly ReplicateEvent[]>> = {
  queued: [],
  starting: [],
  processing: ["start"],
  succeeded: ["output", "completed"],
  failed: ["completed"],
  canceled: ["completed"],
  expired: ["completed"],
};

/** The prediction for the address that the request named, where it asked for this event; signed as Replicate signs. */
export function replicateWebhook(
  { webhook }: Extract<SurfaceRecord, { name: "replicate" }>,
  record: EditRecord,
): SurfaceWebhook | null {
  if (webhook === null) return null;
  const happened = replicateEvents[record.edit.status];
  if (!happened.some((event) => webhook.events.includes(event))) return null;
  return { url: webhook.url, payload: JSON.stringify(toPrediction(record)) };
}
