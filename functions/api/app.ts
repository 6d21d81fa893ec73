import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { readConfiguration } from "../env.ts";
import { callbackRoutes } from "../callback/routes.ts";
import { log } from "../log.ts";
import { accountLimitsRoutes } from "./account-limits.ts";
import { accountStatusRoutes } from "./account-status.ts";
import { accountRoutes } from "./account.ts";
import { adminRoutes } from "./admin.ts";
import { creditRoutes } from "./credits.ts";
import { directoryRoutes } from "./directory.ts";
import { eventRoutes } from "./events.ts";
import { exportRoutes } from "./export.ts";
import type { AppEnv } from "./app-env.ts";
import { keyRoutes } from "./keys.ts";
import { clientTokenRoutes } from "./client-tokens.ts";
import { allowBrowsers } from "./cors.ts";
import { previewRoutes } from "./edits/preview.ts";
import { editRoutes } from "./edits/routes.ts";
import { errorPageRoutes } from "./error-page.ts";
import { healthRoutes } from "./health.ts";
import { openApiInfo } from "./openapi.ts";
import { paymentRoutes } from "./payments.ts";
import { invalidRequest, onError, problemResponse } from "./problem-response.ts";
import { resultRoutes } from "./results.ts";
import { mountSurface } from "../surfaces/surface-route.ts";
import { surfaces } from "../surfaces/surfaces.ts";
import { readToTheEnd } from "./unread-body.ts";
import { uploadRoutes } from "./uploads/routes.ts";
import { deliveryRoutes } from "./webhooks/deliveries.ts";
import { webhookEndpointRoutes } from "./webhooks/endpoints.ts";
import { webhookSecretRoutes } from "./webhooks/secrets.ts";

/** A router whose validation failures become problems; every resource is one. */
function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : problemResponse(c, invalidRequest(result.error)),
  });
}

/** The whole HTTP interface. */
export function createApp(): OpenAPIHono<AppEnv> {
  const app = createRouter();
  app.onError(onError);
  app.notFound((c) =>
    problemResponse(c, {
      code: "route_unknown",
      detail: "Nothing is served at this address. /openapi.json lists what is.",
    }),
  );
  app.use(requestId());
  app.use(async (c, next) => {
    const started = Date.now();
    await next();
    log("info", "request", {
      request: c.var.requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      account: c.var.caller?.id,
      edit: c.var.edit,
      ms: Date.now() - started,
    });
  });
  app.use(readToTheEnd);
  app.use(secureHeaders({ crossOriginResourcePolicy: "cross-origin" }));
  allowBrowsers(app);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        // They would stay, and tell of nothing being there.
        for (const name of ["inlay-error", "x-fal-error-type"]) c.res.headers.delete(name);
        c.header("allow", methods.join(", "));
        return problemResponse(c, {
          code: "method_not_allowed",
          detail: `Use ${methods.join(" or ")} here.`,
        });
      },
    }),
  );
  app.use(async (c, next) => {
    readConfiguration(c.env);
    await next();
  });
  for (const routes of [
    healthRoutes,
    errorPageRoutes,
    editRoutes,
    previewRoutes,
    uploadRoutes,
    clientTokenRoutes,
    accountRoutes,
    webhookEndpointRoutes,
    webhookSecretRoutes,
    deliveryRoutes,
    eventRoutes,
    adminRoutes,
    accountLimitsRoutes,
    creditRoutes,
    accountStatusRoutes,
    exportRoutes,
    keyRoutes,
    directoryRoutes,
    paymentRoutes,
    resultRoutes,
    callbackRoutes,
  ]) {
    routes(app);
  }
  for (const routes of surfaces) mountSurface(app, routes);
  app.doc31("/openapi.json", openApiInfo);
  return app;
}
