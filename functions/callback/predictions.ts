import { Webhook } from "standardwebhooks";
import { Prediction } from "../../schemas/prediction.ts";
import { raise } from "../alerts.ts";
import type { AppContext } from "../api/app-env.ts";
import { bearer, sameSecret } from "../api/authenticate.ts";
import { signedGrant } from "../api/signed-request.ts";
import { performNow } from "../dispatch/perform.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { describeError } from "../log.ts";
import { servicesOf } from "../services.ts";
import { takeNews } from "./take-news.ts";

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
    const messages = await takeNews(services, grant, prediction);
    c.executionCtx.waitUntil(performNow(services, messages));
  } catch (error) {
    raise("callback.failed", {
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
    raise("callback.unauthenticated", { reason: "the token is another" });
  } else {
    try {
      const headers = Object.fromEntries(c.req.raw.headers);
      new Webhook(configuration.REPLICATE_WEBHOOK_SECRET).verify(body, headers);
      return;
    } catch (error) {
      raise("callback.unauthenticated", { reason: describeError(error) });
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
