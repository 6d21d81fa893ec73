import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Claim } from "../account/attempts.ts";
import { raise } from "../alerts.ts";
import { log } from "../log.ts";
import { attemptUrls } from "./model-input.ts";
import type { Services } from "./ports.ts";

/**
 * Starts a prediction for a queued edit: a slot from the pool, a leased attempt from the account, then the provider.
 * Without a slot the edit stays queued and no attempt is used. `attempt` is the one that is to be made: a call that comes
 * when a later one is due starts nothing. May be called any number of times for the same edit. Returns what has to
 * follow.
 */
export async function dispatch(
  services: Services,
  id: string,
  edit: string,
  attempt?: number,
): Promise<readonly WorkMessage[]> {
  const { pool } = services;
  const account = services.account(id);
  const slot = await pool.acquire({ account: id, edit, attempt });
  if (!slot.granted) {
    const stage = await account.wait(edit, slot.position);
    if (stage === "over") return [{ v: 1, type: "release", account: id, edit }];
    if (stage === "queued" && slot.retryAfter !== null) {
      await services.send(
        { v: 1, type: "dispatch", account: id, edit, attempt },
        Math.ceil(slot.retryAfter / 1000),
      );
    }
    return [];
  }

  const claim = await account.claim(edit, attempt);
  if (claim === "over") return [{ v: 1, type: "release", account: id, edit }];
  if (claim === "superseded") return [{ v: 1, type: "release", account: id, edit, attempt }];
  // Asked for twice: the slot belongs to the attempt that runs.
  if (claim === "running") return [];
  return [...claim.messages, ...(await start(services, id, claim))];
}

/** Has the provider start a leased attempt. */
async function start(
  services: Services,
  id: string,
  claim: Claim,
): Promise<readonly WorkMessage[]> {
  const { provider, keyring, certificates, callbackOrigin, now } = services;
  const account = services.account(id);
  const { edit, attempt } = claim;
  const origin = callbackOrigin || claim.origin;
  const { input, callbackUrl } = attemptUrls(keyring, origin, id, claim, certificates);
  const outcome = await provider.start({
    id: `${edit}-${attempt}`,
    input,
    callbackUrl,
    cancelAfter: Math.max(1, (claim.deadline - now()) / 1000),
  });
  const ids = { account: id, edit, attempt, provider: provider.name };
  switch (outcome.type) {
    case "started": {
      log("info", "prediction.started", ids);
      const { prediction } = outcome;
      const wanted = await account.started(edit, attempt, prediction);
      return wanted ? [] : [{ v: 1, type: "cancel", account: id, edit, attempt, prediction }];
    }
    case "busy": {
      log("info", "prediction.busy", { ...ids, reason: outcome.reason });
      const messages = await account.busy(edit, attempt);
      await services.send(
        { v: 1, type: "dispatch", account: id, edit, attempt: attempt + 1 },
        outcome.retryAfter,
      );
      return messages;
    }
    case "rejected":
      raise("prediction.rejected", { ...ids, reason: outcome.reason });
      return account.report(edit, attempt, { type: "lost" });
    case "unknown":
      log("warn", "prediction.unknown", { ...ids, reason: outcome.reason });
      return [];
    default:
      return outcome satisfies never;
  }
}
