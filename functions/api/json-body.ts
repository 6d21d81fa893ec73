import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { limits } from "../../schemas/limits.ts";
import type { ProblemCode } from "../../schemas/problem-catalogue.ts";
import { ProblemError } from "../errors/problem-error.ts";
import type { AppEnv } from "./app-env.ts";
import { problemResponse } from "./problem-response.ts";

/** Refuses bodies that say to be anything but JSON. */
const jsonType = createMiddleware<AppEnv>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError({
      code: "content_type_unsupported",
      detail: "Send application/json.",
    });
  }
  await next();
});

/** Refuses bodies of more than 1 MiB, however their length is told. */
export const jsonLimit = bodyLimit({
  maxSize: limits.jsonBytes,
  onError: (c) =>
    problemResponse(c, {
      code: "body_too_large",
      detail: `JSON may have ${limits.jsonBytes} bytes. Upload pictures through POST /v1/uploads.`,
    }),
});

/** What a route with a JSON body runs first. */
export const jsonBody = [jsonType, jsonLimit] as const;

/** What a route runs whose JSON body may be left out. */
export const optionalJsonBody = [
  createMiddleware<AppEnv>(async (c, next) => {
    const empty = c.req.raw.body === null || c.req.header("content-length") === "0";
    return empty && c.req.header("content-type") === undefined ? next() : jsonType(c, next);
  }),
  jsonLimit,
] as const;

/** What such a route may answer. */
export const jsonProblems: ProblemCode[] = [
  "content_type_unsupported",
  "body_too_large",
  "request_malformed",
  "request_invalid",
];
