import { Inlay } from "../client/inlay.ts";
import { InlayError } from "../client/errors.ts";
import { Transport } from "../client/transport.ts";

/** A mistake in how a command was called; its message says what to do. */
export class UsageError extends InlayError {
  override name = "UsageError";
}

/** Options that every command takes. */
export const commonOptions = {
  key: { type: "string" },
  url: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Where `npm start` serves. */
const localUrl = "http://127.0.0.1:8787";

export interface Settings {
  readonly url: string;
  readonly key: string;
}

/** Where the deployment is: `--url`, or `INLAY_URL`, or this machine. */
export function urlOf(values: { readonly url?: string | undefined }): string {
  const url = values.url ?? process.env["INLAY_URL"] ?? localUrl;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`${url} is no address. Say where Inlay is: --url https://...`);
  }
  return url.replace(/\/$/, "");
}

/** The key and the address that a command works with. */
export function settingsOf(values: {
  readonly key?: string | undefined;
  readonly url?: string | undefined;
}): Settings {
  const key = values.key ?? process.env["INLAY_API_KEY"] ?? "";
  if (key === "") {
    throw new UsageError("There is no API key. Set INLAY_API_KEY, or give --key inlay_live_...");
  }
  return { key, url: urlOf(values) };
}

export function clientOf({ key, url }: Settings): Inlay {
  return new Inlay({ apiKey: key, baseUrl: url });
}

/** What the client has no method for. */
export function transportOf({ key, url }: Settings): Transport {
  return new Transport({ apiKey: key, baseUrl: url });
}
