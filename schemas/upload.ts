import { z } from "@hono/zod-openapi";

export const UploadId = z.string().regex(/^upl_[0-9a-z]{26}$/);

/** A picture sent ahead of its edit: create it, PUT the bytes to `upload_url`, then use the id as a picture. */
export const Upload = z
  .object({
    id: UploadId,
    object: z.literal("upload"),
    status: z.enum(["pending", "complete"]),
    upload_url: z.string().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    bytes: z.int().nullable(),
    sha256: z.string().nullable(),
    format: z.enum(["png", "jpeg", "webp", "heic", "avif"]).nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
  })
  .openapi("Upload");
export type Upload = z.infer<typeof Upload>;
