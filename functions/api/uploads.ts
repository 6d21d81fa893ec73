import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { limits } from "../../schemas/limits.ts";
import { Upload } from "../../schemas/upload.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { readHeader } from "../images/header.ts";
import { uploadKey } from "../images/object-keys.ts";
import { writeOnce } from "../images/write-once.ts";
import { accountObject } from "../services.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticated } from "./authenticate.ts";
import { originOf } from "./origin.ts";
import { keyProblems, problems } from "./problem-response.ts";
import { putBody, putProblems, signedGrant } from "./signed-request.ts";

const tags = ["Uploads"];
const security = [{ apiKey: [] }];
const middleware = authenticated;
const upload = { "application/json": { schema: Upload } };

const createUpload = createRoute({
  method: "post",
  path: "/v1/uploads",
  operationId: "createUpload",
  summary: "Announce a picture; PUT its bytes to the answer's upload_url",
  tags,
  security,
  middleware,
  responses: {
    201: { description: "The upload", content: upload },
    ...problems(...keyProblems, "account_suspended"),
  },
});

const getUpload = createRoute({
  method: "get",
  path: "/v1/uploads/{id}",
  operationId: "getUpload",
  summary: "Whether an upload's bytes have arrived",
  tags,
  security,
  middleware,
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "The upload", content: upload },
    ...problems(...keyProblems, "upload_not_found"),
  },
});

const putUpload = createRoute({
  method: "put",
  path: "/files/upload/{account}/{upload}/0/0",
  operationId: "putUpload",
  summary: "Send an upload's bytes to its signed URL, once",
  tags,
  request: {
    params: z.object({ account: z.string(), upload: z.string() }),
    body: {
      content: { "image/*": { schema: z.any().openapi({ type: "string", format: "binary" }) } },
    },
  },
  responses: {
    200: { description: "The upload, complete", content: upload },
    ...problems(
      ...putProblems,
      "upload_not_found",
      "image_unreadable",
      "image_format_unsupported",
      "image_animated",
      "image_too_small",
      "image_side_too_long",
      "image_too_many_pixels",
    ),
  },
});

/** Pictures that are sent ahead of their edit: announced, PUT once to a signed URL, then used by id. */
export function uploadRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(createUpload, async (c) => {
    const { account, keyHash } = c.var.caller;
    return c.json(unwrap(await account.createUpload(keyHash, originOf(c))), 201);
  });

  app.openapi(getUpload, async (c) => {
    const { account, keyHash } = c.var.caller;
    const found = await account.upload(keyHash, c.req.valid("param").id, originOf(c));
    return c.json(unwrap(found), 200);
  });

  // Documented apart from its handler: the validator would read the body whole.
  app.openAPIRegistry.registerPath(putUpload);
  app.put("/files/upload/:account/:upload/:attempt/:index", async (c) => {
    const { account, edit: id } = signedGrant(c);
    const key = uploadKey(account, id);
    const stored = await writeOnce({
      bucket: c.env.BUCKET,
      key,
      ...putBody(c, limits.imageBytes),
      maxBytes: limits.imageBytes,
    });
    if (!stored.ok) throw lengthRefusal();
    if (stored.value.type === "conflict") {
      throw new ProblemError({
        code: "content_conflict",
        detail: "This upload has other bytes already. Create another upload.",
      });
    }
    const { staged } = stored.value;
    const header = readHeader(staged.head);
    if (!header.ok) {
      await c.env.BUCKET.delete(key);
      throw new ProblemError(header.problem);
    }
    const { format, width, height } = header.value;
    const { length: bytes, sha256 } = staged;
    const completed = await accountObject(c.env.ACCOUNT, account).completeUpload(
      id,
      { bytes, sha256, format, width, height },
      originOf(c),
    );
    if (!completed.ok) await c.env.BUCKET.delete(key);
    return c.json(unwrap(completed), 200);
  });
}

function lengthRefusal(): ProblemError {
  return new ProblemError({
    code: "request_malformed",
    detail: "The body is not as long as its Content-Length. Send it again.",
  });
}
