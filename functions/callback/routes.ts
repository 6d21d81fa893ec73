import type { OpenAPIHono } from "@hono/zod-openapi";
import { pictureRoles } from "../../schemas/edit.ts";
import { limits } from "../../schemas/limits.ts";
import { outputTypes } from "../../schemas/manifest.ts";
import type { AppContext, AppEnv } from "../api/app-env.ts";
import { bodyRefusal, putBody, signedGrant } from "../api/signed-request.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { manifestKey, outputKey, partKey, previewKey } from "../images/object-keys.ts";
import { writeOnce } from "../images/write-once.ts";
import { accountObject } from "../services.ts";
import { signOutputClaim } from "./claims.ts";
import { joinOutput, outputPiece } from "./output-parts.ts";
import { receiveCallback } from "./predictions.ts";

/** What the GPU side calls, by signed URLs alone: inputs out, results in, and news of predictions. */
export function callbackRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get("/files/input/:account/:edit/:attempt/:index", sendInput);
  app.put("/files/output/:account/:edit/:attempt/:index", receiveOutput);
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
    const told = accountObject(c.env.ACCOUNT, account).previewed(edit, attempt);
    // Who reads the edit's events misses this preview where that fails, and sees the next.
    c.executionCtx.waitUntil(told.catch(() => undefined));
    return c.body(null, 201);
  });
  app.post("/files/claim/:account/:edit/:attempt/:index", signOutputClaim);
  app.post("/files/callback/:account/:edit/:attempt/:index", receiveCallback);
}

async function sendInput(c: AppContext): Promise<Response> {
  const { account, edit, attempt, index } = signedGrant(c);
  const record = await accountObject(c.env.ACCOUNT, account).attempt(edit, attempt);
  const role = pictureRoles[index];
  const input = role === undefined ? undefined : record?.inputs[role];
  const object =
    input === undefined
      ? null
      : await c.env.BUCKET.get(input.key, {
          range: { offset: input.offset, length: input.length },
          ...(input.etag === undefined ? {} : { onlyIf: { etagMatches: input.etag } }),
        });
  // Where the key has another object by now, R2 gives no body.
  if (input === undefined || object === null || !("body" in object)) {
    throw new ProblemError({ code: "output_gone", detail: "The picture has been removed." });
  }
  return c.body(object.body, 200, {
    "content-type": input.contentType,
    "content-length": String(input.length),
    "cache-control": "no-store",
  });
}

/** An output in one PUT, or a part of one that is longer than 50 MiB. */
async function receiveOutput(c: AppContext): Promise<Response> {
  const { account, edit, attempt, index, maxBytes } = signedGrant(c);
  const key = outputKey(account, edit, attempt, index);
  const type = pictureType(c);
  const piece = outputPiece(c);
  switch (piece.type) {
    case "whole":
      return store(c, key, Math.min(maxBytes, limits.outputPutBytes), type);
    case "part":
      return store(c, partKey(key, piece.number), limits.outputPartBytes, type);
    case "join":
      return joinOutput(c, { key, parts: piece.parts, maxBytes }, type);
    default:
      return piece satisfies never;
  }
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
  if (!stored.ok) throw bodyRefusal(stored.problem);
  if (stored.value.type === "conflict") {
    throw new ProblemError({ code: "content_conflict", detail: "Other bytes are stored here." });
  }
  return c.body(null, stored.value.type === "created" ? 201 : 200);
}

/** The media type of a picture that is PUT, as it is going to be served. */
function pictureType(c: AppContext): string {
  const sent = c.req.header("content-type") ?? "";
  const type = outputTypes.find((one) => one === sent);
  if (type !== undefined) return type;
  throw new ProblemError({
    code: "content_type_unsupported",
    detail: `Send ${outputTypes.join(", ")}.`,
  });
}
