import { parseArgs } from "node:util";
import type { Account } from "../../schemas/account.ts";
import { ApiError } from "../client/errors.ts";
import { commonOptions, transportOf, urlOf } from "./settings.ts";

export const doctorHelp = `inlay doctor

Checks the address, the deployment, this machine's clock, the key and the account, and says what to do about what is wrong.`;

/** What a check found: what is so, and where that is wrong, what to do. */
interface Finding {
  readonly what: string;
  readonly remedy: string | null;
}

/** What a deployment says of itself; `detail` where something is wrong. */
interface Health {
  readonly status: string;
  readonly profile: string;
  readonly tasks: readonly string[];
  readonly detail: string;
}

/** A webhook's signature is refused when clocks differ by five minutes; this is well before. */
const clockTolerance = 60_000;

/** `inlay doctor`: a line for each check; 1 where something is wrong. */
export async function doctor(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: commonOptions });
  const url = urlOf(values);
  const key = values.key ?? process.env["INLAY_API_KEY"] ?? "";
  const reached = await deployment(url);
  const asked = reached.every(({ remedy }) => remedy === null) ? await account(url, key) : [];
  const findings = [nodeVersion(), ...reached, ...asked];
  for (const { what, remedy } of findings) {
    console.log(remedy === null ? `✓ ${what}` : `✗ ${what}\n  ${remedy}`);
  }
  return findings.some(({ remedy }) => remedy !== null) ? 1 : 0;
}

function nodeVersion(): Finding {
  const { node } = process.versions;
  const old = Number(node.split(".")[0]) < 20;
  return { what: `Node ${node}`, remedy: old ? "Install Node 20 or newer." : null };
}

async function deployment(url: string): Promise<Finding[]> {
  const started = Date.now();
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(10_000) }).catch(
    (error: unknown) => String(error),
  );
  if (typeof answer === "string") {
    const remedy = `Check the address (--url, INLAY_URL), that the deployment runs, and this machine's network.`;
    return [{ what: `${url} does not answer`, remedy }];
  }
  const ms = Date.now() - started;
  const health = await answer.json<Partial<Health>>().catch(() => null);
  if (health?.status !== "ok") {
    const remedy = health?.detail ?? "Another program seems to answer there. Check the address.";
    return [{ what: `${url} answers ${answer.status}`, remedy }];
  }
  const { profile = "", tasks = [] } = health;
  return [
    {
      what: `${url} is healthy (${ms} ms): profile ${profile}, ${tasks.join(", ")}`,
      remedy: null,
    },
    clock(answer.headers.get("date"), started),
  ];
}

function clock(date: string | null, now: number): Finding {
  // A server's Date has whole seconds.
  const off = date === null ? 0 : Math.round((now - Date.parse(date)) / 1000);
  const wrong = Math.abs(off) * 1000 > clockTolerance;
  return {
    what: wrong
      ? `This clock is ${Math.abs(off)} s ${off > 0 ? "ahead" : "behind"}`
      : "The clock is right",
    remedy: wrong ? "Set the clock by NTP; webhooks verify within 5 minutes alone." : null,
  };
}

async function account(url: string, key: string): Promise<Finding[]> {
  if (key === "") {
    return [{ what: "There is no API key", remedy: "Set INLAY_API_KEY, or give --key." }];
  }
  try {
    const found = await transportOf({ url, key }).json<Account>("GET", "/v1/account");
    const { available } = found.balance;
    return [
      { what: `The key is in force: account ${found.id}`, remedy: null },
      {
        what: `The account is ${found.status}`,
        remedy: found.suspension === null ? null : `Ask its operator: ${found.suspension.reason}`,
      },
      {
        what: `${available} micro-credits are available`,
        remedy: available > 0 ? null : "Buy credits, or have the operator grant some.",
      },
    ];
  } catch (error) {
    if (!(error instanceof ApiError)) {
      return [{ what: "The key cannot be checked", remedy: "See the address above." }];
    }
    const id = error.requestId === null ? "" : ` (request ${error.requestId})`;
    return [{ what: `The key is refused: ${error.code}${id}`, remedy: error.message }];
  }
}
