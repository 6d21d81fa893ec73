import type { z } from "@hono/zod-openapi";
import type { PictureRole } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import type { InputSource, SentPictures } from "../../account/accept.ts";
import { ProblemError } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { parseDataUri } from "../../images/data-uri.ts";
import { readHeader, type ImageHeader } from "../../images/header.ts";
import { inputKey } from "../../images/object-keys.ts";
import { stageBytes, stageStream } from "../../images/stage.ts";
import { fetchImage } from "../../network/fetch-image.ts";
import { UploadId } from "../../../schemas/upload.ts";
import { invalidRequest } from "../problem-response.ts";

/** Where an edit's pictures are brought to. */
export interface Destination {
  readonly bucket: R2Bucket;
  readonly account: string;
  readonly edit: string;
  readonly fetch: typeof fetch;
  readonly deadline: (ms: number) => AbortSignal;
  readonly allowLoopback: boolean;
}

/** Whether a picture of a JSON request can be used as it is, without staging anything. */
export function isUpload(reference: string): boolean {
  return UploadId.safeParse(reference).success;
}

/** Brings pictures into R2, one after the other. */
export async function takeEach<Sent>(
  sent: ReadonlyMap<PictureRole, Sent>,
  take: (role: PictureRole, one: Sent) => Promise<InputSource>,
): Promise<SentPictures> {
  const pictures: Partial<Record<PictureRole, InputSource>> = {};
  for (const [role, one] of sent) pictures[role] = await take(role, one);
  return pictures;
}

/**
 * Brings a picture that a request refers to into R2: an upload's id stays an id, a `data:` URI is decoded, a URL
 * fetched. Its header is checked on the way.
 *
 * @throws {ProblemError} with a pointer to the field.
 */
export async function takeReference(
  to: Destination,
  role: PictureRole,
  reference: string,
): Promise<InputSource> {
  if (isUpload(reference)) return { from: "upload", upload: reference };
  const key = inputKey(to.account, to.edit, role);
  if (reference.startsWith("data:")) {
    const bytes = parseDataUri(reference);
    if (!bytes.ok) throw refused("image_data_invalid", role, bytes.problem);
    const header = checkHeader(role, bytes.value);
    const staged = await stageBytes(to.bucket, key, bytes.value);
    return stagedSource(key, 0, staged.length, header, staged.sha256);
  }

  const fetched = await fetchImage({
    url: reference,
    fetch: to.fetch,
    deadline: to.deadline,
    allowLoopback: to.allowLoopback,
    maxBytes: limits.imageBytes,
  });
  if (!fetched.ok) throw refused(fetched.problem.code, role, fetched.problem.detail);
  const stored = await stageStream({
    bucket: to.bucket,
    key,
    maxBytes: limits.imageBytes,
    ...fetched.value,
  }).catch(() => null);
  if (stored === null || !stored.ok) {
    const tooLarge = stored?.problem === "too_large";
    throw refused(
      tooLarge ? "image_too_large" : "image_url_unreachable",
      role,
      tooLarge
        ? `The file has more than ${limits.imageBytes} bytes.`
        : "The transfer broke off. Check the URL, or upload the file.",
    );
  }
  const header = checkHeader(role, stored.value.head);
  return stagedSource(key, 0, stored.value.length, header, reference);
}

/** What a picture's header says, or the refusal of it. */
export function checkHeader(role: PictureRole, head: Uint8Array): ImageHeader {
  const header = readHeader(head);
  if (header.ok) return header.value;
  throw refused(header.problem.code, role, header.problem.detail);
}

/** A staged picture, and what identifies its content: a hash of the bytes, or the URL. */
export function stagedSource(
  key: string,
  offset: number,
  length: number,
  { format, width, height, orientation }: ImageHeader,
  identity: string,
): InputSource {
  return {
    from: "staged",
    image: {
      key,
      offset,
      length,
      contentType: `image/${format}`,
      width,
      height,
      turned: orientation >= 5,
    },
    identity,
  };
}

/** A refusal of one of the pictures. */
export function refused(
  code: Parameters<typeof refuseField>[0],
  role: PictureRole,
  detail: string,
): ProblemError {
  return new ProblemError(refuseField(code, `/${role}`, detail));
}

/** The parsed value, or the refusal of its fields. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ProblemError(invalidRequest(result.error));
}
