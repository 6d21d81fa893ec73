import type { SurfaceRecord } from "../../../schemas/surface.ts";
import type { EditRecord } from "../../account/answers.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import type { SurfaceWebhook } from "../surface-webhook.ts";
import { falFailure, falResult } from "./result.ts";

/** One request at the edit's end: the result as `GET` gives it, or what went wrong; signed as fal signs. */
export function falWebhook(
  { webhook }: Extract<SurfaceRecord, { name: "fal" }>,
  record: EditRecord,
): SurfaceWebhook | null {
  const { edit } = record;
  if (webhook === null || !isTerminal(edit.status)) return null;
  const head = { request_id: edit.id, gateway_request_id: edit.id };
  const failure = falFailure(edit);
  const body =
    failure === null
      ? { ...head, status: "OK", error: null, payload: falResult(record) }
      : { ...head, status: "ERROR", error: failure.error, payload: failure.payload };
  return { url: webhook, payload: JSON.stringify(body), scheme: "fal" };
}
