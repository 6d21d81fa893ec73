import type { EditStatus } from "../../../schemas/edit.ts";
import type { EditRecord } from "../../account/answers.ts";
import { progressLines } from "../progress-lines.ts";

/** What an edit's status is called. One that ended badly is `COMPLETED` too: its result is the error. */
export const falStates: Readonly<Record<EditStatus, "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED">> = {
  queued: "IN_QUEUE",
  starting: "IN_PROGRESS",
  processing: "IN_PROGRESS",
  succeeded: "COMPLETED",
  failed: "COMPLETED",
  canceled: "COMPLETED",
  expired: "COMPLETED",
};

/** A line of a run's log. */
export interface FalLog {
  readonly message: string;
  readonly level: "INFO";
  readonly source: "USER";
  readonly timestamp: string;
}

/** The lines that an edit has to show, as of an instant. */
export function falLogs(record: EditRecord, timestamp: string): FalLog[] {
  return progressLines(record).map((message) => ({
    message,
    level: "INFO",
    source: "USER",
    timestamp,
  }));
}

/** An edit as fal's queue describes requests; `logs` where they were asked for. `base` is the request's address. */
export function falStatus(
  { edit }: EditRecord,
  base: string,
  logs: readonly FalLog[] | null,
): object {
  const status = falStates[edit.status];
  const { predict_ms } = edit.metrics;
  return {
    status,
    request_id: edit.id,
    gateway_request_id: edit.id,
    response_url: base,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
    ...(status === "IN_QUEUE" ? { queue_position: edit.queue_position ?? 0 } : {}),
    ...(status === "IN_QUEUE" || logs === null ? {} : { logs }),
    ...(status === "COMPLETED"
      ? { metrics: { inference_time: predict_ms === null ? null : predict_ms / 1000 } }
      : {}),
  };
}
