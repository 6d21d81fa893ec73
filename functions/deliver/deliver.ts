import type { DeliveryOutcome, DeliveryTask } from "../account/deliveries.ts";
import type { Services } from "../dispatch/ports.ts";
import { describeError, log } from "../log.ts";
import { checkPublicUrl, isLoopback } from "../network/public-url.ts";
import { lookUp } from "../network/resolver.ts";
import { beginningOf } from "./answer.ts";
import { falHeaders } from "./fal-signature.ts";
import { signedHeaders } from "./signature.ts";

/** A receiver has this long to answer, in milliseconds. */
const answerWithin = 15_000;

/**
 * Makes one try at a webhook and records what came of it. Does nothing when no try is due. What may be sent next to the
 * same address goes to the queue, so that one run never works off a whole line.
 */
export async function deliver(services: Services, id: string, delivery: string): Promise<void> {
  const account = services.account(id);
  const task = await account.beginDelivery(delivery);
  if (task === null) return;
  const outcome = await post(services, id, task);
  log(outcome.error === null ? "info" : "warn", "webhook.tried", {
    account: id,
    ...(task.edit === "" ? {} : { edit: task.edit }),
    delivery,
    attempt: task.attempts + 1,
    status: outcome.status,
    reason: outcome.error,
  });
  const called = await account.finishDelivery(delivery, outcome, services.random());
  for (const message of called) await services.send(message);
}

async function post(
  services: Services,
  account: string,
  task: DeliveryTask,
): Promise<DeliveryOutcome> {
  const { allowLoopback } = services;
  const destination = checkPublicUrl(task.url, { allowLoopback });
  if (!destination.ok) return failure(`the address is not allowed: ${destination.problem}`);
  const { hostname, href } = destination.value;
  if (!isLoopback(hostname)) {
    const found = await lookUp(services.resolve, hostname);
    if (found.type !== "public") return failure(`the address is not used: ${found.problem}`);
  }
  try {
    const at = new Date(services.now());
    const response = await services.fetch(href, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Inlay-Webhooks/1",
        ...signed(services, account, task, at),
      },
      body: task.payload,
      // Standard Webhooks: a redirect is a failure, never followed.
      redirect: "manual",
      signal: services.deadline(answerWithin),
    });
    const ok = response.status >= 200 && response.status < 300;
    return {
      status: response.status,
      error: ok ? null : `the receiver answered ${response.status}`,
      retryAfter: Number(response.headers.get("retry-after")) || null,
      response: await beginningOf(response.body),
    };
  } catch (error) {
    return failure(describeError(error));
  }
}

function signed(services: Services, account: string, task: DeliveryTask, at: Date) {
  const { scheme, secrets, event, edit, payload } = task;
  switch (scheme) {
    case null:
      return signedHeaders(secrets, { id: event, at, payload });
    case "fal":
      return falHeaders(services.keyring, { request: edit, user: account, at, payload });
    default:
      return scheme satisfies never;
  }
}

function failure(error: string): DeliveryOutcome {
  return { status: null, error, retryAfter: null };
}
