import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { SignRequest, Upload, UploadRequest } from "../../../schemas/upload.ts";
import { performNow } from "../../dispatch/perform.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { servicesOf } from "../../services.ts";
import type { AppEnv } from "../app-env.ts";
import { authenticated, clientAuthenticated } from "../authenticate.ts";
import { jsonProblems, optionalJsonBody } from "../json-body.ts";
import { originOf } from "../origin.ts";
import { clientProblems, keyProblems, problems } from "../problem-response.ts";
import { completeUpload, pictureProblems } from "./complete.ts";
import { directSettings, withDirectUrl } from "./direct.ts";
import { receiveRoutes } from "./receive.ts";

const tags = ["Uploads"];
const security = [{ apiKey: [] }, { clientToken: [] }];
const middleware = clientAuthenticated;
const params = z.object({ id: z.string() });
const upload = { "application/json": { schema: Upload } };

const create = createRoute({
  method: "post",
  path: "/v1/uploads",
  operationId: "createUpload",
  summary: "Announce a picture; send its bytes to the answer's URLs",
  tags,
  security,
  middleware: [clientAuthenticated, ...optionalJsonBody] as const,
  request: { body: { content: { "application/json": { schema: UploadRequest } } } },
  responses: {
    201: { description: "The upload", content: upload },
    ...problems(
      ...clientProblems,
      ...jsonProblems,
      "account_suspended",
      "image_too_large",
      "upload_direct_disabled",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/uploads/{id}",
  operationId: "getUpload",
  summary: "What has arrived of an upload, with fresh URLs for the rest",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    200: { description: "The upload", content: upload },
    ...problems(...clientProblems, "upload_not_found"),
  },
});

const sign = createRoute({
  method: "post",
  path: "/v1/uploads/{id}/sign",
  operationId: "signUpload",
  summary: "Sign an upload's URLs again, for as long as you say",
  tags,
  security,
  middleware: [clientAuthenticated, ...optionalJsonBody] as const,
  request: { params, body: { content: { "application/json": { schema: SignRequest } } } },
  responses: {
    200: { description: "The upload", content: upload },
    ...problems(...clientProblems, ...jsonProblems, "upload_not_found"),
  },
});

const complete = createRoute({
  method: "post",
  path: "/v1/uploads/{id}/complete",
  operationId: "completeUpload",
  summary: "Put an upload's parts together and check the file; again, it changes nothing",
  tags,
  security,
  middleware,
  request: { params },
  responses: {
    200: { description: "The upload, complete", content: upload },
    ...problems(
      ...clientProblems,
      ...pictureProblems,
      "upload_not_found",
      "upload_incomplete",
      "image_too_large",
    ),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/uploads/{id}",
  operationId: "deleteUpload",
  summary: "Delete an upload and its file",
  tags,
  security: [{ apiKey: [] }],
  middleware: authenticated,
  request: { params },
  responses: {
    204: { description: "It is gone." },
    ...problems(...keyProblems, "upload_not_found"),
  },
});

/** Pictures that are sent ahead of their edit: announced, sent to signed URLs, then used by id. */
export function uploadRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(create, async (c) => {
    const { account, credential } = c.var.caller;
    const request = c.req.valid("json");
    checkRequest(request, directSettings(c.env) !== null);
    const made = unwrap(await account.createUpload(credential, request, originOf(c)));
    return c.json(await withDirectUrl(c, made), 201);
  });

  app.openapi(get, async (c) => {
    const { account, credential } = c.var.caller;
    const signing = { origin: originOf(c) };
    const found = unwrap(await account.upload(credential, c.req.valid("param").id, signing));
    return c.json(await withDirectUrl(c, found), 200);
  });

  app.openapi(sign, async (c) => {
    const { account, credential } = c.var.caller;
    const signing = { origin: originOf(c), urlSeconds: c.req.valid("json").url_seconds };
    const signed = unwrap(await account.upload(credential, c.req.valid("param").id, signing));
    return c.json(await withDirectUrl(c, signed), 200);
  });

  app.openapi(complete, async (c) => c.json(await completeUpload(c, c.req.valid("param").id), 200));

  app.openapi(remove, async (c) => {
    const { account, keyHash } = c.var.caller;
    const messages = unwrap(await account.removeUpload(keyHash, c.req.valid("param").id));
    // Gone means gone: the file is removed before the answer says so.
    await performNow(servicesOf(c.env), messages);
    return c.body(null, 204);
  });

  receiveRoutes(app);
}

/** What a method needs to be told beforehand. */
function checkRequest({ method, bytes, content_type }: UploadRequest, direct: boolean): void {
  if (method === undefined || method === "put") return;
  if (method === "direct" && !direct) {
    const detail = "This deployment takes no direct uploads. Use put or parts.";
    throw new ProblemError(refuseField("upload_direct_disabled", "/method", detail));
  }
  const missing =
    bytes === undefined
      ? "bytes"
      : method === "direct" && content_type === undefined
        ? "content_type"
        : null;
  if (missing === null) return;
  const detail = `The method ${method} needs ${missing}.`;
  throw new ProblemError(refuseField("request_invalid", `/${missing}`, detail));
}
