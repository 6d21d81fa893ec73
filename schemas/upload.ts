import { z } from "@hono/zod-openapi";
import { limits } from "./limits.ts";

export const UploadId = z.string().regex(/^upl_[0-9a-z]{26}$/);

/** How an upload's bytes come: in one PUT, in parts, or straight to the bucket. */
export const UploadMethod = z.enum(["put", "parts", "direct"]);
export type UploadMethod = z.infer<typeof UploadMethod>;

/** The media types of pictures that are taken. */
const pictureTypes = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/avif"] as const;
const PictureType = z.enum(pictureTypes);

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "Write the SHA-256 as 64 lower-case hex digits.");

/** What is told of a picture before it is sent. Whatever is announced is held against what arrives. */
export const UploadRequest = z
  .strictObject({
    method: UploadMethod.optional().openapi({
      description:
        "`put` (default): one PUT to `upload_url`. `parts`: a PUT to each part's `upload_url`, in any order and as " +
        "often as it takes. `direct`: one PUT straight to the bucket, where the deployment enables it. After the " +
        "latter two, `POST /v1/uploads/{id}/complete`.",
    }),
    bytes: z.int().min(1).max(limits.imageBytes).optional().openapi({
      description: "The file's length; `parts` and `direct` need it.",
    }),
    content_type: PictureType.optional().openapi({ description: "`direct` needs it." }),
    sha256: Sha256.optional(),
    url_seconds: z.int().min(1).max(86_400).optional().openapi({
      description: "How long the URLs are valid; as long as the upload lasts where none is sent.",
    }),
  })
  .openapi("UploadRequest");
export type UploadRequest = z.infer<typeof UploadRequest>;

/** For how long an upload's URLs are to be signed again. */
export const SignRequest = UploadRequest.pick({ url_seconds: true }).openapi("UploadSignRequest");

/** One part of an upload. `upload_url` is null once the upload is complete. */
const UploadPart = z
  .object({
    number: z.int().min(1),
    bytes: z.int(),
    received: z.boolean(),
    upload_url: z.string().nullable(),
  })
  .openapi("UploadPart");

/** A picture sent ahead of its edit: create it, send the bytes, then use the id as a picture. */
export const Upload = z
  .object({
    id: UploadId,
    object: z.literal("upload"),
    status: z.enum(["pending", "complete"]),
    method: UploadMethod,
    upload_url: z.string().nullable(),
    upload_headers: z
      .record(z.string(), z.string())
      .nullable()
      .openapi({ description: "Headers that a PUT to `upload_url` has to carry." }),
    url_expires_at: z.iso.datetime().nullable(),
    parts: z.array(UploadPart),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    announced: z
      .object({
        bytes: z.int().nullable(),
        content_type: z.string().nullable(),
        sha256: z.string().nullable(),
      })
      .openapi({ description: "What was told of the file beforehand." }),
    bytes: z.int().nullable(),
    sha256: z.string().nullable(),
    format: z.enum(["png", "jpeg", "webp", "heic", "avif"]).nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    end_user: z.string().nullable(),
  })
  .openapi("Upload");
export type Upload = z.infer<typeof Upload>;
