import { Webhook } from "standardwebhooks";
import type { DeliveryOutcome, DeliveryTask } from "../account/deliveries.ts";
import type { Services } from "../dispatch/ports.ts";
import { describeError, log } from "../log.ts";
import { checkPublicUrl } from "../network/public-url.ts";

/** A receiver has this long to answer, in milliseconds. */
const answerWithin = 15_000;

/** Makes one try at a webhook and records what came of it. Does nothing when no try is due. */
export async function deliver(services: Services, id: string, delivery: string): Promise<void> {
  const account = services.account(id);
  const task = await account.beginDelivery(delivery);
  if (task === null) return;
  const outcome = await post(services, task);
  log(outcome.error === null ? "info" : "warn", "webhook.tried", {
    account: id,
    edit: task.edit,
    delivery,
    attempt: task.attempts + 1,
    status: outcome.status,
    reason: outcome.error,
  });
  await account.finishDelivery(delivery, outcome, services.random());
}

async function post(services: Services, task: DeliveryTask): Promise<DeliveryOutcome> {
  const destination = checkPublicUrl(task.url, { allowLoopback: services.allowLoopback });
  if (!destination.ok) return failure(`the address is not allowed: ${destination.problem}`);
  try {
    const response = await services.fetch(destination.value.href, {
      method: "POST",
      headers: signedHeaders(task, new Date(services.now())),
      body: task.payload,
      // Standard Webhooks: a redirect is a failure, never followed.
      redirect: "manual",
      signal: services.deadline(answerWithin),
    });
    await response.body?.cancel();
    const ok = response.status >= 200 && response.status < 300;
    return {
      status: response.status,
      error: ok ? null : `the receiver answered ${response.status}`,
      retryAfter: Number(response.headers.get("retry-after")) || null,
    };
  } catch (error) {
    return failure(describeError(error));
  }
}

/** The headers of Standard Webhooks 1.0: the id stays over retries, the time is this try's. */
function signedHeaders(task: DeliveryTask, at: Date): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "Inlay-Webhooks/1",
    "webhook-id": task.event,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(task.secret).sign(task.event, at, task.payload),
  };
}

function failure(error: string): DeliveryOutcome {
  return { status: null, error, retryAfter: null };
}
