import { z } from "@hono/zod-openapi";
import { limits } from "../../../schemas/limits.ts";
import type { AppContext } from "../../api/app-env.ts";
import { parsed } from "../../api/edits/intake.ts";
import { checkMultipart, stageParts } from "../../api/edits/multipart-intake.ts";
import { originOf } from "../../api/origin.ts";
import { bodyDeadline } from "../../api/signed-request.ts";
import { performNow } from "../../dispatch/perform.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { inspectPicture } from "../../images/head.ts";
import type { MultipartPart } from "../../images/multipart.ts";
import { uploadFormKey, uploadKey } from "../../images/object-keys.ts";
import { describeError, log } from "../../log.ts";
import { servicesOf } from "../../services.ts";
import { pathParameter } from "../surface-route.ts";
import { FileLabels, toFile } from "./file.ts";
import { pageSize } from "./list.ts";

/** `POST /v1/files`: one picture as an upload, of the form's part `content`. A refused one leaves nothing behind. */
export async function createFile(c: AppContext): Promise<Response> {
  const { account, keyHash, id: owner } = c.var.caller;
  const upload = unwrap(await account.createUpload(keyHash, {}, originOf(c)));
  const request = {
    body: c.req.raw.body,
    contentType: c.req.header("content-type") ?? "",
    contentLength: c.req.header("content-length"),
    signal: bodyDeadline(c),
  };
  const key = uploadKey(owner, upload.id);
  const form = uploadFormKey(owner, upload.id);
  try {
    checkMultipart(request);
    const parts = await stageParts(c.env.BUCKET, form, request);
    const { part, labels } = readParts(parts);
    const { offset, length, head } = part;
    const image = await inspectPicture({ bucket: c.env.BUCKET, key: form, offset, length, head });
    if (!image.ok) throw refused(image.problem.code, image.problem.detail);
    const { format, width, height, orientation } = image.value;
    const content = await c.env.BUCKET.get(form, { range: { offset, length } });
    if (content === null) throw new Error("the staged form is gone");
    const { readable, writable } = new FixedLengthStream(length);
    const copied = content.body.pipeTo(writable);
    const [stored] = await Promise.all([
      c.env.BUCKET.put(key, readable, { httpMetadata: { contentType: `image/${format}` } }),
      copied,
    ]);
    const picture = { bytes: length, sha256: part.sha256, format, width, height, orientation };
    const kept = { etag: stored.etag, labels: JSON.stringify(labels) };
    const recorded = { ...picture, ...kept };
    const completed = unwrap(await account.completeUpload(upload.id, recorded, originOf(c)));
    return c.json(toFile({ upload: completed, ...kept }, originOf(c)), 201);
  } catch (error) {
    await remove(c, upload.id).catch((failed: unknown) => {
      // Its time ends in a day.
      log("warn", "file.not_removed", { upload: upload.id, reason: describeError(failed) });
    });
    throw error;
  } finally {
    await c.env.BUCKET.delete(form);
  }
}

/** `GET /v1/files/{id}`: an upload that is complete, whichever way it came. */
export async function getFile(c: AppContext): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  const found = await account.file(keyHash, pathParameter(c, "id"), originOf(c));
  return c.json(toFile(unwrap(found), originOf(c)));
}

const Query = z.object({
  cursor: z
    .string()
    .regex(/^upl_\w{1,40}$/)
    .optional(),
});

/** `GET /v1/files`: a page of them, newest first. `previous` is always null, as of predictions. */
export async function listFiles(c: AppContext): Promise<Response> {
  const { account, keyHash } = c.var.caller;
  const { cursor } = parsed(Query, c.req.query());
  const query = { limit: pageSize, before: cursor };
  const { data, next } = unwrap(await account.files(keyHash, query, originOf(c)));
  return c.json({
    previous: null,
    next: next === null ? null : `${originOf(c)}/v1/files?cursor=${next}`,
    results: data.map((file) => toFile(file, originOf(c))),
  });
}

/** `DELETE /v1/files/{id}`: gone before the answer says so. */
export async function deleteFile(c: AppContext): Promise<Response> {
  await remove(c, pathParameter(c, "id"));
  return c.body(null, 204);
}

async function remove(c: AppContext, id: string): Promise<void> {
  const { account, keyHash } = c.var.caller;
  await performNow(servicesOf(c.env), unwrap(await account.removeUpload(keyHash, id)));
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
