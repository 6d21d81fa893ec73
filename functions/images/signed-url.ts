import { createHmac, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../result.ts";

/** What a signed URL may be used for, and with which method. */
const purposes = {
  input: "GET",
  output: "PUT",
  manifest: "PUT",
  preview: "PUT",
  result: "GET",
  upload: "PUT",
  claim: "POST",
  callback: "POST",
} as const;

type Purpose = keyof typeof purposes;

/** What a signed URL allows: one method on one thing, until a time. */
export interface Grant {
  readonly purpose: Purpose;
  readonly method: "GET" | "PUT" | "POST";
  readonly account: string;
  /** The edit; the upload's id where the purpose is `upload`. */
  readonly edit: string;
  readonly attempt: number;
  readonly index: number;
  /** The most bytes that may be brought; 0 where none are. */
  readonly maxBytes: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

/** Signing keys by their id; every one of them verifies, the current one signs. */
export interface Keyring {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
}

export type UrlProblem = "malformed" | "bad_signature" | "expired";

const path = /^\/files\/([a-z]+)\/([0-9A-Za-z]+)\/([0-9a-z_]+)\/(\d{1,6})\/(\d{1,2})$/;

/** The signed URL of a grant below `origin`, which has no trailing slash. */
export function signUrl(keyring: Keyring, origin: string, grant: Grant): string {
  const { purpose, account, edit, attempt, index, maxBytes, exp } = grant;
  const signature = sign(keyring, keyring.current, grant);
  if (signature === null) throw new Error("the current signing key is missing");
  const query = new URLSearchParams({
    max: String(maxBytes),
    exp: String(exp),
    kid: keyring.current,
    sig: signature,
  });
  return `${origin}/files/${purpose}/${account}/${edit}/${attempt}/${index}?${query.toString()}`;
}

/**
 * The grant of a URL that this deployment signed for this method. Only a genuine URL is told apart as expired, and its
 * grant comes with it: a late callback is still taken.
 */
export function verifyUrl(
  keyring: Keyring,
  method: string,
  url: URL,
  nowSeconds: number,
): Result<Grant, { readonly reason: UrlProblem; readonly grant?: Grant }> {
  const match = path.exec(url.pathname);
  const [, purpose = "", account = "", edit = "", attempt = "", index = ""] = match ?? [];
  const maxBytes = url.searchParams.get("max") ?? "";
  const exp = url.searchParams.get("exp") ?? "";
  if (!isPurpose(purpose) || !/^\d{1,12}$/.test(maxBytes) || !/^\d{1,12}$/.test(exp)) {
    return err({ reason: "malformed" });
  }
  const grant: Grant = {
    purpose,
    method: purposes[purpose],
    account,
    edit,
    attempt: Number(attempt),
    index: Number(index),
    maxBytes: Number(maxBytes),
    exp: Number(exp),
  };
  const expected = sign(keyring, url.searchParams.get("kid") ?? "", grant);
  const given = url.searchParams.get("sig") ?? "";
  if (expected === null || !sameText(expected, given) || method !== grant.method) {
    return err({ reason: "bad_signature" });
  }
  return grant.exp > nowSeconds ? ok(grant) : err({ reason: "expired", grant });
}

function isPurpose(text: string): text is Purpose {
  return Object.hasOwn(purposes, text);
}

/** HMAC-SHA256 over the fields, each preceded by its length, so that none can run into the next. */
function sign(keyring: Keyring, kid: string, grant: Grant): string | null {
  const key = Object.hasOwn(keyring.keys, kid) ? keyring.keys[kid] : undefined;
  if (key === undefined) return null;
  const fields = [
    grant.purpose,
    grant.method,
    grant.account,
    grant.edit,
    grant.attempt,
    grant.index,
    grant.maxBytes,
    grant.exp,
  ].map(String);
  const message = fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join("");
  return createHmac("sha256", Buffer.from(key, "base64url")).update(message).digest("base64url");
}

function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
