import { EditParameters } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import type { InputSource } from "../../account/accept.ts";
import { ProblemError } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { inputKey } from "../../images/object-keys.ts";
import { MultipartError, type MultipartPart } from "../../images/multipart.ts";
import { stageMultipart } from "../../images/stage.ts";
import {
  requirePictures,
  checkHeader,
  parsed,
  refused,
  stagedSource,
  takeReference,
} from "./intake.ts";
import type { Destination, Role } from "./intake.ts";

export interface MultipartRequest {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly contentType: string;
  readonly contentLength: string | undefined;
}

export interface TakenEdit {
  readonly parameters: EditParameters;
  readonly image: InputSource;
  readonly mask: InputSource;
}

const numbers = new Set(["n", "seed", "steps", "guidance", "strength"]);

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

/** Stages a multipart request as one object and reads it: fields as parameters, files as ranges of the object. */
export async function takeMultipart(
  to: Destination,
  request: MultipartRequest,
): Promise<TakenEdit> {
  const { length: contentLength, boundary } = checkMultipart(request);
  const key = inputKey(to.account, to.edit, "request");
  if (request.body === null) throw malformed("the body is empty");
  let parts: MultipartPart[];
  try {
    parts = await stageMultipart({
      bucket: to.bucket,
      key,
      body: request.body,
      contentLength,
      boundary,
    });
  } catch (error) {
    if (error instanceof MultipartError) throw malformed(error.message);
    throw error;
  }

  const byName = new Map<string, MultipartPart>();
  for (const part of parts) {
    if (byName.has(part.name)) {
      throw new ProblemError(
        refuseField("request_invalid", `/${part.name}`, `Send ${part.name} once.`),
      );
    }
    byName.set(part.name, part);
  }
  requirePictures(Object.fromEntries(byName));
  const fields = [...byName].filter(([name]) => name !== "image" && name !== "mask");
  const parameters = parsed(
    EditParameters,
    Object.fromEntries(fields.map(([name, part]) => [name, fieldValue(name, part)])),
  );
  const [image, mask] = [byName.get("image"), byName.get("mask")];
  if (image === undefined || mask === undefined) throw malformed("a picture is missing");
  return {
    parameters,
    image: await takePart(to, key, "image", image),
    mask: await takePart(to, key, "mask", mask),
  };
}

async function takePart(
  to: Destination,
  key: string,
  role: Role,
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
  return stagedSource(key, part.offset, part.length, checkHeader(role, part.head), part.sha256);
}

/** A form knows text only: numbers and metadata are read from it, and validated like those of a JSON request. */
function fieldValue(name: string, part: MultipartPart): unknown {
  const text = part.text ?? "";
  if (numbers.has(name)) return text.trim() === "" ? text : Number(text);
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
