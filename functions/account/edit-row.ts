import type { Edit, EditParameters, EditStatus, PictureRole } from "../../schemas/edit.ts";
import type { SurfaceRecord } from "../../schemas/surface.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import { toProblem, type Refusal } from "../errors/refusal.ts";
import { spans, type AccountContext } from "./context.ts";
import type { SqlValue } from "./storage.ts";

/** Where one picture of an edit lies in R2: the whole object or a byte range of it. */
export interface StagedImage {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly contentType: string;
  /** Whether its file stores it with width and height exchanged; unknown of uploads. */
  readonly turned?: boolean;
  readonly width: number;
  readonly height: number;
  /** The object's etag where it is not the edit's own; missing on edits that were stored before. */
  readonly etag?: string;
}

/** The pictures of an edit, as its task takes them. */
export type EditInputs = Readonly<Partial<Record<PictureRole, StagedImage>>>;

/** An edit's parameters with the seed chosen. */
export type SettledParameters = EditParameters & {
  readonly seed: number;
  /** The compatible surface that the edit came through; missing for Inlay's own. */
  readonly surface?: SurfaceRecord;
};

/** What an attempt brought: the part of its manifest that an edit keeps. */
export interface EditResult {
  readonly attempt: number;
  readonly outputs: Manifest["outputs"];
  readonly warnings: Manifest["warnings"];
  readonly decoder: string;
  readonly predictMs: number | null;
}

/** A row of `edits`. */
export interface EditRow extends Record<string, SqlValue> {
  id: string;
  status: EditStatus;
  origin: string;
  parameters: string;
  inputs: string;
  profile: string;
  unit_price: number;
  reserved: number;
  charged: number;
  attempt: number;
  counted: number;
  lease_until: number | null;
  dispatch_at: number | null;
  dispatches: number;
  deadline: number;
  created_at: number;
  started_at: number | null;
  completed_at: number | null;
  result: string | null;
  error: string | null;
  purge_at: number | null;
  purged_at: number | null;
  deleted_at: number | null;
  /** Whose app it was made for; null where an API key made it. */
  end_user: string | null;
  /** The client token that it was made with. */
  token: string | null;
}

/** What is known of a running edit beyond its row: volatile, the latest wins, gone when the object is evicted. */
export interface Liveness {
  readonly progress?: number;
  readonly queuePosition?: number;
}

/** The edit as customers see it. `urlsUntil` (ms) is when its output URLs end; by default an hour from now. */
export function toEdit(
  context: AccountContext,
  row: EditRow,
  live: Liveness = {},
  urlsUntil?: number,
): Edit {
  const parameters = JSON.parse(row.parameters) as SettledParameters;
  const result = row.result === null ? null : (JSON.parse(row.result) as EditResult);
  const refusal = row.error === null ? null : (JSON.parse(row.error) as Refusal);
  const lasts = urlsUntil ?? context.now() + spans.outputUrl;
  const expires = Math.floor(Math.min(lasts, row.purge_at ?? lasts) / 1000);
  const running = row.status === "starting" || row.status === "processing";
  return {
    id: row.id,
    object: "edit",
    status: row.status,
    task: parameters.task,
    progress: row.status === "succeeded" ? 1 : running ? (live.progress ?? 0) : 0,
    queue_position: row.status === "queued" ? (live.queuePosition ?? null) : null,
    created_at: instant(row.created_at),
    started_at: row.started_at === null ? null : instant(row.started_at),
    completed_at: row.completed_at === null ? null : instant(row.completed_at),
    expires_at: instant(row.deadline),
    price: { reserved: row.reserved, charged: row.charged, unit: "microcredit" },
    profile: row.profile,
    decoder: result?.decoder ?? null,
    outputs: (result?.outputs ?? []).map((output) => {
      const available = output.blocked === null && row.purged_at === null;
      return {
        url: available
          ? context.links.output(row.origin, row.id, result?.attempt ?? 0, output.index, expires)
          : null,
        url_expires_at: available ? instant(expires * 1000) : null,
        content_type: output.content_type,
        width: output.width,
        height: output.height,
        seed: output.seed,
        kept_pixels: output.kept_pixels,
        blocked: output.blocked,
      };
    }),
    warnings: result?.warnings ?? [],
    error: refusal === null ? null : toProblem(refusal),
    metrics: {
      queue_ms: row.started_at === null ? null : row.started_at - row.created_at,
      predict_ms: result?.predictMs ?? null,
      attempts: row.counted,
    },
    urls: {
      self: context.links.self(row.origin, row.id),
      cancel: context.links.cancel(row.origin, row.id),
      events: context.links.events(row.origin, row.id),
      preview: row.status === "processing" ? context.links.preview(row.origin, row.id) : null,
    },
    metadata: parameters.metadata,
    end_user: row.end_user,
  };
}

/** RFC 3339 in UTC, from milliseconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
