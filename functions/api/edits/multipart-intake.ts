import {
  margins,
  pictureRoles,
  RequestedParameters,
  type EditParameters,
  type PictureRole,
} from "../../../schemas/edit.ts";
import type { SurfaceRecord } from "../../../schemas/surface.ts";
import { limits } from "../../../schemas/limits.ts";
import type { InputSource, SentPictures } from "../../account/accept.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { inputKey } from "../../images/object-keys.ts";
import { BodyError } from "../../images/body.ts";
import { MultipartError, type MultipartPart } from "../../images/multipart.ts";
import { stageMultipart } from "../../images/stage.ts";
import { checkStored, parsed, refused, stagedSource, takeEach, takeReference } from "./intake.ts";
import type { Destination } from "./intake.ts";
import { bodyRefusal } from "../signed-request.ts";
import { settleRequest } from "./settle-request.ts";

export interface MultipartRequest {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly contentType: string;
  readonly contentLength: string | undefined;
  /** Aborts when the body has taken too long. */
  readonly signal: AbortSignal;
}

export interface TakenEdit {
  readonly parameters: EditParameters;
  readonly pictures: SentPictures;
  /** The compatible surface that it came through, and what that has to remember. */
  readonly surface?: SurfaceRecord;
  /** Milliseconds until it expires, where the request says so. */
  readonly lifetime?: number;
}

const numbers = new Set([
  "n",
  "seed",
  "steps",
  "guidance",
  "strength",
  "grow",
  "feather",
  "width",
  "height",
  "quality",
  ...margins,
]);

/** What can be told of a multipart request before a byte of it is read: its length and its boundary. */
export function checkMultipart({ contentType, contentLength }: MultipartRequest): {
  readonly length: number;
  readonly boundary: string;
} {
  if (contentLength === undefined) {
    throw new ProblemError({
      code: "length_required",
      detail: "Send a Content-Length, or send the pictures ahead through POST /v1/uploads.",
    });
  }
  const length = Number(contentLength);
  if (length > limits.multipartBytes) {
    throw new ProblemError({
      code: "body_too_large",
      detail: `A request may have ${limits.multipartBytes} bytes; this has ${length}. Send the pictures ahead through POST /v1/uploads.`,
    });
  }
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  return { length, boundary: match?.[1] ?? match?.[2] ?? "" };
}

/**
 * Stages a multipart request as one object and reads it: fields as parameters, files as ranges of the object. What its
 * fields ask for is settled under `profile`.
 */
export async function takeMultipart(
  to: Destination,
  profile: string,
  request: MultipartRequest,
): Promise<TakenEdit> {
  const key = inputKey(to.account, to.edit, "request");
  const parts = await stageParts(to.bucket, key, request);
  const byName = new Map<string, MultipartPart>();
  for (const part of parts) {
    if (byName.has(part.name)) {
      throw new ProblemError(
        refuseField("request_invalid", `/${part.name}`, `Send ${part.name} once.`),
      );
    }
    byName.set(part.name, part);
  }
  const pictures = new Map<PictureRole, MultipartPart>();
  for (const role of pictureRoles) {
    const part = byName.get(role);
    if (part === undefined) continue;
    pictures.set(role, part);
    byName.delete(role);
  }
  const fields = [...byName].map(([name, part]) => [name, fieldValue(name, part)]);
  const asked = parsed(RequestedParameters, Object.fromEntries(fields));
  return {
    parameters: unwrap(settleRequest(profile, asked, [...pictures.keys()])),
    pictures: await takeEach(pictures, (role, part) => takePart(to, key, role, part)),
  };
}

/** Stages a multipart request as the object at `key`; says where its parts lie. */
export async function stageParts(
  bucket: R2Bucket,
  key: string,
  request: MultipartRequest,
): Promise<MultipartPart[]> {
  const { length: contentLength, boundary } = checkMultipart(request);
  if (request.body === null) throw malformed("the body is empty");
  try {
    const { body, signal } = request;
    return await stageMultipart({ bucket, key, body, contentLength, boundary, signal });
  } catch (error) {
    if (error instanceof MultipartError) throw malformed(error.message);
    if (error instanceof BodyError) throw bodyRefusal(error.problem);
    throw error;
  }
}

/** A picture of a staged form: a range of the form where it is a file, and what it refers to where it is a text. */
export async function takePart(
  to: Destination,
  key: string,
  role: PictureRole,
  part: MultipartPart,
): Promise<InputSource> {
  if (part.filename === null && part.text !== null) return takeReference(to, role, part.text);
  if (part.length > limits.imageBytes) {
    throw refused(
      "image_too_large",
      role,
      `The file has ${part.length} bytes; at most ${limits.imageBytes} are allowed.`,
    );
  }
  const { offset, length, head } = part;
  const header = await checkStored(role, { bucket: to.bucket, key, offset, length, head });
  return stagedSource(key, offset, length, header, part.sha256);
}

/** A form knows text only: numbers and metadata are read from it, and validated like those of a JSON request. */
function fieldValue(name: string, part: MultipartPart): unknown {
  const text = part.text ?? "";
  if (numbers.has(name)) return text.trim() === "" ? text : Number(text);
  if (name === "mask_resize") return text === "true" || (text === "false" ? false : text);
  if (name !== "metadata") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function malformed(why: string): ProblemError {
  return new ProblemError({
    code: "request_malformed",
    detail: `The multipart body cannot be read: ${why}.`,
  });
}
