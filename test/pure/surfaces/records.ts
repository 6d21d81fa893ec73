import type { EditRecord } from "../../../functions/account/answers.ts";
import type { SettledParameters } from "../../../functions/account/edit-row.ts";
import { toProblem, type Refusal } from "../../../functions/errors/refusal.ts";
import { EditParameters, type Edit } from "../../../schemas/edit.ts";
import type { SurfaceRecord } from "../../../schemas/surface.ts";

/** An output of 640 x 480 pixels, delivered or withheld. */
export function output(fields: Partial<Edit["outputs"][number]> = {}): Edit["outputs"][number] {
  return {
    url: "https://inlay.example.com/files/result/u/edit_1/1/0?sig=a",
    url_expires_at: "2026-01-01T01:00:00.000Z",
    content_type: "image/png",
    width: 640,
    height: 480,
    seed: 7,
    kept_pixels: 300_000,
    blocked: null,
    ...fields,
  };
}

/** An edit as it is after ten seconds: `edit` and `parameters` come over those of one that has just begun to run. */
export function record(
  edit: Partial<Edit> = {},
  parameters: Partial<SettledParameters> = {},
): EditRecord {
  const id = "edit_01k9qz4w6h8v3m5n7p2r4t6x8z";
  return {
    edit: {
      id,
      object: "edit",
      status: "processing",
      task: "inpaint",
      progress: 0.5,
      queue_position: null,
      created_at: "2026-01-01T00:00:00.000Z",
      started_at: "2026-01-01T00:00:01.000Z",
      completed_at: null,
      expires_at: "2026-01-01T00:15:00.000Z",
      price: { reserved: 6_000, charged: 0, unit: "microcredit" },
      profile: "tiny",
      decoder: null,
      outputs: [],
      warnings: [],
      error: null,
      metrics: { queue_ms: 1_000, predict_ms: null, attempts: 1 },
      urls: {
        self: `https://inlay.example.com/v1/edits/${id}`,
        cancel: `https://inlay.example.com/v1/edits/${id}/cancel`,
        events: `https://inlay.example.com/v1/edits/${id}/events`,
        preview: null,
      },
      metadata: {},
      ...edit,
    },
    parameters: { ...EditParameters.parse({ seed: 7 }), seed: 7, ...parameters },
  };
}

/** One that has ended after ten seconds. */
export function ended(
  edit: Partial<Edit>,
  parameters: Partial<SettledParameters> = {},
): EditRecord {
  return record(
    {
      progress: edit.status === "succeeded" ? 1 : 0,
      completed_at: "2026-01-01T00:00:10.000Z",
      metrics: { queue_ms: 1_000, predict_ms: 830, attempts: 1 },
      ...edit,
    },
    parameters,
  );
}

/** The problem that a refusal is, with a request's id. */
export const problem = (refusal: Refusal) => toProblem(refusal, "req-1");

type Replicate = Extract<SurfaceRecord, { name: "replicate" }>;

/** What an edit of Replicate's surface remembers. */
export function replicateRecord(fields: Partial<Replicate> = {}): Replicate {
  return {
    name: "replicate",
    model: "inlay/inpaint",
    version: "0".repeat(64),
    deployment: null,
    input: '{"prompt":"a lawn"}',
    cancel_after: false,
    webhook: null,
    ...fields,
  };
}
