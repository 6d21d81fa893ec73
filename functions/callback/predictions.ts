import { parseProgressFromLogs } from "replicate";
import { Webhook } from "standardwebhooks";
import { Prediction } from "../../schemas/prediction.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { AppContext } from "../api/app-env.ts";
import { bearer, sameSecret } from "../api/authenticate.ts";
import { signedGrant } from "../api/signed-request.ts";
import { readManifest } from "../dispatch/manifest-store.ts";
import { outputUrls } from "../dispatch/output-urls.ts";
import { performNow } from "../dispatch/perform.ts";
import type { Services } from "../dispatch/ports.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import type { Grant } from "../images/signed-url.ts";
import { describeError, log } from "../log.ts";
import { servicesOf } from "../services.ts";

/**
 * News of a prediction. 200 once it is committed, and for whatever has no effect: duplicates, late news, news by an
 * expired but genuine URL. 503 where the commit failed: the provider sends it again. coglet drops news for good that
 * any other status answers.
 */
export async function receiveCallback(c: AppContext): Promise<Response> {
  const grant = signedGrant(c, { late: true });
  const body = await c.req.text();
  authenticate(c, body);
  const prediction = parsePrediction(body);
  c.set("edit", grant.edit);
  const services = servicesOf(c.env);
  try {
    const messages = await take(services, grant, prediction);
    c.executionCtx.waitUntil(performNow(services, messages));
  } catch (error) {
    log("error", "callback.failed", {
      account: grant.account,
      edit: grant.edit,
      attempt: grant.attempt,
      reason: describeError(error),
    });
    throw new ProblemError({ code: "unavailable", detail: "Send it again.", retryAfter: 1 });
  }
  return c.json({ received: true }, 200);
}

function authenticate(c: AppContext, body: string): void {
  const configuration = readConfiguration(c.env);
  if (configuration.PROVIDER === "cog") {
    const token = bearer(c.req.header("authorization")) ?? "";
    if (sameSecret(configuration.COG_CALLBACK_TOKEN, token)) return;
  } else {
    try {
      const headers = Object.fromEntries(c.req.raw.headers);
      new Webhook(configuration.REPLICATE_WEBHOOK_SECRET).verify(body, headers);
      return;
    } catch (error) {
      log("warn", "callback.unauthenticated", { reason: describeError(error) });
    }
  }
  throw new ProblemError({
    code: "callback_unauthenticated",
    detail: "The callback's token or signature is not this deployment's.",
  });
}

function parsePrediction(body: string): Prediction {
  try {
    return Prediction.parse(JSON.parse(body));
  } catch {
    throw new ProblemError({ code: "request_malformed", detail: "This is no prediction." });
  }
}

async function take(
  services: Services,
  grant: Grant,
  prediction: Prediction,
): Promise<readonly WorkMessage[]> {
  const { account: id, edit, attempt } = grant;
  const account = services.account(id);
  log("info", "callback.received", { account: id, edit, attempt, status: prediction.status });
  switch (prediction.status) {
    case "starting":
      return [];
    case "processing": {
      const progress = parseProgressFromLogs(prediction.logs ?? "")?.percentage;
      return account.report(edit, attempt, { type: "processing" }, progress);
    }
    case "succeeded": {
      const manifest = await readManifest(services.bucket, id, edit, attempt);
      if (manifest !== null) return account.report(edit, attempt, { type: "manifest", manifest });
      const urls = outputUrls(prediction.output);
      if (urls.length > 0) {
        await services.send({ v: 1, type: "copy", account: id, edit, attempt, urls });
        return [];
      }
      return account.report(edit, attempt, { type: "lost" });
    }
    case "failed":
    case "canceled":
    case "aborted":
      log("warn", "prediction.ended", {
        account: id,
        edit,
        attempt,
        status: prediction.status,
        reason: describeError(prediction.error ?? ""),
      });
      return account.report(edit, attempt, { type: "lost" });
    default:
      return prediction.status satisfies never;
  }
}
