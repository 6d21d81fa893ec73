import { readConfiguration } from "../../env.ts";
import { ProblemError } from "../../errors/problem-error.ts";
import { refuseField } from "../../errors/refusal.ts";
import { checkPublicUrl, isLoopback } from "../../network/public-url.ts";
import { lookUp } from "../../network/resolver.ts";
import { publicResolver } from "../../services.ts";
import type { AppContext } from "../app-env.ts";

/**
 * A webhook's address, which the request has at `pointer`. Nothing is looked up: each delivery does that.
 *
 * @throws {ProblemError} `webhook_url_not_allowed`.
 */
export function webhookAddress(c: AppContext, text: string, pointer: string): URL {
  const allowLoopback = readConfiguration(c.env).LOCAL_LOOPBACK === "true";
  const checked = checkPublicUrl(text, { allowLoopback });
  if (!checked.ok) throw notAllowed(checked.problem, pointer);
  return checked.value;
}

/**
 * Refuses an endpoint's address that no delivery would be sent to: one that is not allowed, or whose host leads to an
 * address that is not public. A host that cannot be looked up now is let in; each delivery looks again.
 *
 * @throws {ProblemError} `webhook_url_not_allowed`.
 */
export async function checkEndpointUrl(c: AppContext, text: string): Promise<void> {
  const { hostname } = webhookAddress(c, text, "/url");
  if (isLoopback(hostname)) return;
  const found = await lookUp(publicResolver(), hostname);
  if (found.type === "private") throw notAllowed(found.problem, "/url");
}

function notAllowed(problem: string, pointer: string): ProblemError {
  const detail = `Webhooks go to public https addresses; ${problem}.`;
  return new ProblemError(refuseField("webhook_url_not_allowed", pointer, detail));
}
