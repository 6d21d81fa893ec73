import { z } from "@hono/zod-openapi";
import type { Upload } from "../../../schemas/upload.ts";

/** What is kept of a file beside its bytes, as the object's own metadata. */
export const FileLabels = z.object({
  name: z.string().max(255).default(""),
  metadata: z
    .string()
    .max(1_024)
    .default("{}")
    .refine((text) => isRecord(text), { message: "metadata has to be a JSON object." }),
});
export type FileLabels = z.infer<typeof FileLabels>;

/** An upload as Replicate describes files; `origin` has no trailing slash. */
export function toFile(upload: Upload, labels: FileLabels, etag: string, origin: string): object {
  return {
    id: upload.id,
    name: labels.name,
    content_type: `image/${upload.format}`,
    size: upload.bytes,
    etag,
    checksums: { sha256: upload.sha256 },
    metadata: JSON.parse(labels.metadata) as unknown,
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
