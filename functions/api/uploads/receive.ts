import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Upload } from "../../../schemas/upload.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { BodyError, storeStream } from "../../images/body.ts";
import { inspectPicture } from "../../images/head.ts";
import { uploadKey } from "../../images/object-keys.ts";
import { giveUpParts } from "../../images/purge.ts";
import { writeOnce } from "../../images/write-once.ts";
import { accountObject } from "../../services.ts";
import type { AppContext, AppEnv } from "../app-env.ts";
import { originOf } from "../origin.ts";
import { problems } from "../problem-response.ts";
import { bodyRefusal, putBody, putProblems, signedGrant } from "../signed-request.ts";
import { pictureProblems } from "./complete.ts";

const params = z.object({ account: z.string(), upload: z.string() });
const upload = { "application/json": { schema: Upload } };
const body = {
  content: { "*/*": { schema: z.any().openapi({ type: "string", format: "binary" }) } },
};

const putUpload = createRoute({
  method: "put",
  path: "/files/upload/{account}/{upload}/0/0",
  operationId: "putUpload",
  summary: "Send an upload's bytes to its signed URL, once",
  tags: ["Uploads"],
  request: { params, body },
  responses: {
    200: { description: "The upload, complete", content: upload },
    ...problems(...putProblems, ...pictureProblems, "account_not_found", "upload_not_found"),
  },
});

const putPart = createRoute({
  method: "put",
  path: "/files/upload/{account}/{upload}/1/{part}",
  operationId: "putUploadPart",
  summary: "Send a part of an upload to its signed URL; again, it takes the earlier one's place",
  tags: ["Uploads"],
  request: { params: params.extend({ part: z.string() }), body },
  responses: {
    200: { description: "The upload, with what is missing", content: upload },
    ...problems(...putProblems, "account_not_found", "upload_not_found"),
  },
});

/** What takes the bytes of uploads, by signed URLs alone. */
export function receiveRoutes(app: OpenAPIHono<AppEnv>): void {
  // Documented apart from their handlers: the validator would read bodies whole.
  app.openAPIRegistry.registerPath(putUpload);
  app.openAPIRegistry.registerPath(putPart);
  app.put("/files/upload/:account/:upload/0/0", receiveWhole);
  app.put("/files/upload/:account/:upload/1/:part", receivePart);
}

async function receiveWhole(c: AppContext): Promise<Response> {
  const { account, edit: id, maxBytes } = signedGrant(c);
  const { BUCKET: bucket, ACCOUNT } = c.env;
  const key = uploadKey(account, id);
  const stored = await writeOnce({ bucket, key, ...putBody(c, maxBytes), maxBytes });
  if (!stored.ok) throw bodyRefusal(stored.problem);
  if (stored.value.type === "conflict") {
    throw new ProblemError({
      code: "content_conflict",
      detail: "This upload has other bytes already. Create another upload.",
    });
  }
  const { staged, etag } = stored.value;
  const { length: bytes, sha256, head } = staged;
  const header = await inspectPicture({ bucket, key, offset: 0, length: bytes, head });
  if (!header.ok) {
    await bucket.delete(key);
    throw new ProblemError(header.problem);
  }
  const { format, width, height, orientation } = header.value;
  const image = { bytes, sha256, format, width, height, orientation, etag };
  const completed = await accountObject(ACCOUNT, account).completeUpload(id, image, originOf(c));
  if (!completed.ok) await bucket.delete(key);
  return c.json(unwrap(completed), 200);
}

async function receivePart(c: AppContext): Promise<Response> {
  const { account: owner, edit: id, index: number, maxBytes: length } = signedGrant(c);
  const { BUCKET: bucket, ACCOUNT } = c.env;
  const account = accountObject(ACCOUNT, owner);
  const arriving = putBody(c, length);
  if (arriving.contentLength !== length) {
    throw new ProblemError({
      code: "request_malformed",
      detail: `Part ${number} has ${length} bytes; this has ${arriving.contentLength}.`,
    });
  }
  const key = uploadKey(owner, id);
  let target = unwrap(await account.partTarget(id));
  if (target === null) {
    const begun = await bucket.createMultipartUpload(key);
    const taken = await account.beginParts(id, begun.uploadId);
    // Another part's request was first, or the upload has gone meanwhile.
    if (!taken.ok || taken.value !== begun.uploadId) await giveUpParts(bucket, key, begun.uploadId);
    target = unwrap(taken);
  }
  const parts = bucket.resumeMultipartUpload(key, target);
  try {
    const { etag } = await storeStream({
      ...arriving,
      take: () => undefined,
      store: (readable) => parts.uploadPart(number, readable),
      // A part that is not noted is never put together, and the next try takes its place.
      undo: () => Promise.resolve(),
    });
    return c.json(unwrap(await account.notePart(id, { number, etag }, originOf(c))), 200);
  } catch (error) {
    if (error instanceof BodyError) throw bodyRefusal(error.problem);
    // The upload may have been completed or removed while the part was on its way: then that is the answer.
    unwrap(await account.partTarget(id));
    throw error;
  }
}
