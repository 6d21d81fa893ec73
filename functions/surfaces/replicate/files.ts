import { limits } from "../../../schemas/limits.ts";
import type { Upload } from "../../../schemas/upload.ts";
import type { AppContext } from "../../api/app-env.ts";
import { parsed } from "../../api/edits/intake.ts";
import { checkMultipart, stageParts } from "../../api/edits/multipart-intake.ts";
import { originOf } from "../../api/origin.ts";
import { bodyDeadline } from "../../api/signed-request.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { inspectPicture } from "../../images/head.ts";
import type { MultipartPart } from "../../images/multipart.ts";
import { uploadFormKey, uploadKey } from "../../images/object-keys.ts";
import { pathParameter } from "../surface-route.ts";
import { FileLabels, toFile } from "./file.ts";

/** `POST /v1/files`: one picture as an upload, of the form's part `content`. A refused one leaves no bytes behind. */
export async function createFile(c: AppContext): Promise<Response> {
  const { account, keyHash, id: owner } = c.var.caller;
  const upload = unwrap(await account.createUpload(keyHash, {}, originOf(c)));
  const request = {
    body: c.req.raw.body,
    contentType: c.req.header("content-type") ?? "",
    contentLength: c.req.header("content-length"),
    signal: bodyDeadline(c),
  };
  checkMultipart(request);
  const key = uploadKey(owner, upload.id);
  const form = uploadFormKey(owner, upload.id);
  try {
    const parts = await stageParts(c.env.BUCKET, form, request);
    const { part, labels } = readParts(parts);
    const { offset, length, head } = part;
    const image = await inspectPicture({ bucket: c.env.BUCKET, key: form, offset, length, head });
    if (!image.ok) throw refused(image.problem.code, image.problem.detail);
    const { format, width, height } = image.value;
    const content = await c.env.BUCKET.get(form, { range: { offset, length } });
    if (content === null) throw new Error("the staged form is gone");
    const { readable, writable } = new FixedLengthStream(length);
    const copied = content.body.pipeTo(writable);
    const [stored] = await Promise.all([
      c.env.BUCKET.put(key, readable, {
        httpMetadata: { contentType: `image/${format}` },
        customMetadata: labels,
      }),
      copied,
    ]);
    const completed = await account.completeUpload(
      upload.id,
      { bytes: length, sha256: part.sha256, format, width, height, etag: stored.etag },
      originOf(c),
    );
    return c.json(toFile(unwrap(completed), labels, stored.etag, originOf(c)), 201);
  } catch (error) {
    await c.env.BUCKET.delete(key);
    throw error;
  } finally {
    await c.env.BUCKET.delete(form);
  }
}

/** `GET /v1/files/{id}`: an upload that is complete, whichever way it came. */
export async function getFile(c: AppContext): Promise<Response> {
  const { account, keyHash, id: owner } = c.var.caller;
  const id = pathParameter(c, "id");
  const upload: Upload = unwrap(await account.upload(keyHash, id, { origin: originOf(c) }));
  const object = await c.env.BUCKET.head(uploadKey(owner, id));
  if (upload.status !== "complete" || object === null) {
    throw new ProblemError({
      code: "upload_not_found",
      detail: "The upload has no bytes yet. PUT them to its upload_url.",
    });
  }
  const labels = FileLabels.parse(object.customMetadata ?? {});
  return c.json(toFile(upload, labels, object.etag, originOf(c)));
}

function readParts(parts: readonly MultipartPart[]) {
  const part = parts.find(({ name }) => name === "content");
  if (part === undefined || part.filename === null) {
    throw refused("request_invalid", "Send the picture as the file content.");
  }
  if (part.length > limits.imageBytes) {
    const detail = `The file has ${part.length} bytes; at most ${limits.imageBytes} are allowed.`;
    throw refused("image_too_large", detail);
  }
  const text = (name: string) => {
    const found = parts.find((one) => one.name === name);
    return found === undefined ? undefined : (found.text ?? new TextDecoder().decode(found.head));
  };
  const labels = parsed(FileLabels, {
    name: text("filename") ?? part.filename.slice(0, 255),
    metadata: text("metadata"),
  });
  return { part, labels };
}

function refused(code: Parameters<typeof refuseField>[0], detail: string): ProblemError {
  return new ProblemError(refuseField(code, "/content", detail));
}
