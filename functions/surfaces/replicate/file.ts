import { z } from "@hono/zod-openapi";
import type { FileRecord } from "../../account/files.ts";

/** What is kept of a file beside its bytes. */
export const FileLabels = z.object({
  name: z.string().max(255).default(""),
  metadata: z
    .string()
    .max(1_024)
    .default("{}")
    .refine((text) => isRecord(text), { message: "metadata has to be a JSON object." }),
});
export type FileLabels = z.infer<typeof FileLabels>;

/** A complete upload as Replicate describes files; `origin` has no trailing slash. */
export function toFile({ upload, etag, labels }: FileRecord, origin: string): object {
  const { name, metadata } = FileLabels.parse(JSON.parse(labels ?? "{}"));
  return {
    id: upload.id,
    name,
    content_type: `image/${upload.format}`,
    size: upload.bytes,
    etag: etag ?? "",
    checksums: { sha256: upload.sha256 },
    metadata: JSON.parse(metadata) as unknown,
    created_at: upload.created_at,
    expires_at: upload.expires_at,
    urls: { get: `${origin}/v1/files/${upload.id}` },
  };
}

function isRecord(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
