import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../api/app-env.ts";
import { authenticated } from "../api/authenticate.ts";
import { jsonBody, jsonLimit } from "../api/json-body.ts";
import { ProblemError } from "../errors/problem-error.ts";

/** One route of a compatible surface. The surfaces' routes are peers' contracts, and not part of `/openapi.json`. */
export interface SurfaceRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As Hono writes paths: `/v1/predictions/:id`. */
  readonly path: string;
  /** Media types of its body, where it takes one. */
  readonly takes?: "application/json" | "multipart/form-data" | "either";
  /** Whether anyone may call it; otherwise it takes an API key. */
  readonly open?: boolean;
  readonly summary: string;
  readonly handle: (c: AppContext) => Promise<Response> | Response;
}

/** Adds a surface's routes, each behind the key and the limits that its body has. */
export function mountSurface(app: OpenAPIHono<AppEnv>, routes: readonly SurfaceRoute[]): void {
  for (const { method, path, takes, open, handle } of routes) {
    const before: MiddlewareHandler<AppEnv>[] = open === true ? [] : [authenticated];
    if (takes === "application/json") before.push(...jsonBody);
    if (takes === "multipart/form-data" || takes === "either") before.push(formOr(takes));
    app.on(method, path, ...(before as [MiddlewareHandler<AppEnv>]), handle);
  }
}

/** Takes a form; or, on routes that take either, JSON within its limit. */
function formOr(takes: "multipart/form-data" | "either"): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isForm(c)) return next();
    const type = c.req.header("content-type") ?? "";
    if (takes === "either" && /^application\/json\s*(;|$)/i.test(type)) return jsonLimit(c, next);
    const or = takes === "either" ? " or application/json" : "";
    throw new ProblemError({
      code: "content_type_unsupported",
      detail: `Send multipart/form-data${or}.`,
    });
  };
}

/** Whether a request's body is a form. */
export function isForm(c: AppContext): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(c.req.header("content-type") ?? "");
}

/** A parameter of the route's path. */
export function pathParameter(c: AppContext, name: string): string {
  return c.req.param(name as never) ?? "";
}
