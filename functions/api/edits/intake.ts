import type { z } from "@hono/zod-openapi";
import type { PictureRole } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import type { InputSource, SentPictures } from "../../account/accept.ts";
import { ProblemError } from "../../errors/problem-error.ts";
import type { Resolve } from "../../network/resolver.ts";
import { refuseField } from "../../errors/refusal.ts";
import { parseDataUri } from "../../images/data-uri.ts";
import { inspectPicture, type StoredPicture } from "../../images/head.ts";
import { readHeader, type HeaderProblem, type ImageHeader } from "../../images/header.ts";
import { inputKey } from "../../images/object-keys.ts";
import { stageBytes, stageStream } from "../../images/stage.ts";
import type { Result } from "../../result.ts";
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
  readonly resolve: Resolve;
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
    const header = checked(role, readHeader(bytes.value));
    const staged = await stageBytes(to.bucket, key, bytes.value);
    return stagedSource(key, 0, staged.length, header, staged.sha256);
  }

  const fetched = await fetchImage({
    url: reference,
    fetch: to.fetch,
    deadline: to.deadline,
    resolve: to.resolve,
    allowLoopback: to.allowLoopback,
    maxBytes: limits.imageBytes,
  });
  if (!fetched.ok) {
    const { code, detail, retryAfter } = fetched.problem;
    throw new ProblemError({ ...refuseField(code, `/${role}`, detail), retryAfter });
  }
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
  const { length, head } = stored.value;
  const header = await checkStored(role, { bucket: to.bucket, key, offset: 0, length, head });
  return stagedSource(key, 0, length, header, reference);
}

/** What a stored picture's header says, or the refusal of it. */
export async function checkStored(role: PictureRole, picture: StoredPicture): Promise<ImageHeader> {
  return checked(role, await inspectPicture(picture));
}

function checked(role: PictureRole, header: Result<ImageHeader, HeaderProblem>): ImageHeader {
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
