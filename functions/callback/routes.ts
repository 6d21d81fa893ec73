import type { OpenAPIHono } from "@hono/zod-openapi";
import { pictureRoles } from "../../schemas/edit.ts";
import type { AppContext, AppEnv } from "../api/app-env.ts";
import { putBody, signedGrant } from "../api/signed-request.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { manifestKey, outputKey, previewKey } from "../images/object-keys.ts";
import { writeOnce } from "../images/write-once.ts";
import { accountStub } from "../services.ts";
import { receiveCallback } from "./predictions.ts";

const imageTypes = ["image/png", "image/webp", "image/jpeg"];

/** What the GPU side calls, by signed URLs alone: inputs out, results in, and news of predictions. */
export function callbackRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get("/files/input/:account/:edit/:attempt/:index", sendInput);
  app.put("/files/output/:account/:edit/:attempt/:index", (c) => {
    const { account, edit, attempt, index, maxBytes } = signedGrant(c);
    return store(c, outputKey(account, edit, attempt, index), maxBytes, pictureType(c));
  });
  app.put("/files/manifest/:account/:edit/:attempt/:index", (c) => {
    const { account, edit, attempt, maxBytes } = signedGrant(c);
    return store(c, manifestKey(account, edit, attempt), maxBytes, "application/json");
  });
  app.put("/files/preview/:account/:edit/:attempt/:index", async (c) => {
    const { account, edit, attempt, maxBytes } = signedGrant(c);
    const contentType = pictureType(c);
    const { body } = putBody(c, maxBytes);
    // Not write-once: the latest wins.
    await c.env.BUCKET.put(previewKey(account, edit, attempt), body, {
      httpMetadata: { contentType },
    });
    const told = accountStub(c.env.ACCOUNT, account).previewed(edit, attempt);
    // Who reads the edit's events misses this preview where that fails, and sees the next.
    c.executionCtx.waitUntil(told.catch(() => undefined));
    return c.body(null, 201);
  });
  app.post("/files/callback/:account/:edit/:attempt/:index", receiveCallback);
}

async function sendInput(c: AppContext): Promise<Response> {
  const { account, edit, attempt, index } = signedGrant(c);
  const record = await accountStub(c.env.ACCOUNT, account).attempt(edit, attempt);
  const role = pictureRoles[index];
  const input = role === undefined ? undefined : record?.inputs[role];
  const object =
    input === undefined
      ? null
      : await c.env.BUCKET.get(input.key, {
          range: { offset: input.offset, length: input.length },
        });
  if (input === undefined || object === null) {
    throw new ProblemError({ code: "output_gone", detail: "The picture has been removed." });
  }
  return c.body(object.body, 200, {
    "content-type": input.contentType,
    "content-length": String(input.length),
    "cache-control": "no-store",
  });
}

/** A write-once PUT: 201 the first time, 200 for the same bytes again, 409 for others. */
async function store(
  c: AppContext,
  key: string,
  maxBytes: number,
  contentType: string,
): Promise<Response> {
  const stored = await writeOnce({
    bucket: c.env.BUCKET,
    key,
    contentType,
    maxBytes,
    ...putBody(c, maxBytes),
  });
  if (!stored.ok) {
    throw new ProblemError({
      code: "request_malformed",
      detail: "The body is not as long as its Content-Length. Send it again.",
    });
  }
  if (stored.value.type === "conflict") {
    throw new ProblemError({ code: "content_conflict", detail: "Other bytes are stored here." });
  }
  return c.body(null, stored.value.type === "created" ? 201 : 200);
}

/** The media type of a picture that is PUT, as it is going to be served. */
function pictureType(c: AppContext): string {
  const type = c.req.header("content-type") ?? "";
  if (imageTypes.includes(type)) return type;
  throw new ProblemError({
    code: "content_type_unsupported",
    detail: `Send ${imageTypes.join(", ")}.`,
  });
}
