import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { EndUser } from "../../schemas/client-token.ts";
import { EditTask } from "../../schemas/edit.ts";
import type { Keyring } from "../images/signed-url.ts";
import { err, ok, type Result } from "../result.ts";

const Claims = z.strictObject({
  /** The token's own id: what was spent with it is counted by it. */
  id: z.string(),
  account: z.string(),
  /** The id of the API key that it was minted with. */
  key: z.string(),
  endUser: EndUser,
  spendingLimit: z.int().min(0),
  tasks: z.array(EditTask).nullable(),
  webhook: z.string().nullable(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
});

/** What a client token says. Plain data that crosses RPC. */
export type ClientClaims = z.infer<typeof Claims>;

const shape = /^inlay_client_([A-Za-z0-9_-]{16,8192})\.([\w-]{1,16})\.([A-Za-z0-9_-]{43})$/;

/** Whether a bearer token says to be a client token, genuine or not. */
export function isClientToken(text: string): boolean {
  return text.startsWith("inlay_client_");
}

/** `inlay_client_<claims>.<kid>.<HMAC-SHA256>`: whoever holds the deployment's keys can verify it, with no database. */
export function mintClientToken(keyring: Keyring, claims: ClientClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  const signature = sign(keyring, keyring.current, body);
  if (signature === null) throw new Error("the current signing key is missing");
  return `inlay_client_${body}.${keyring.current}.${signature}`;
}

/** What a token says, if this deployment minted it and its time is not over. `now` is in milliseconds. */
export function verifyClientToken(
  keyring: Keyring,
  token: string,
  now: number,
): Result<ClientClaims, "invalid" | "expired"> {
  const [, body = "", kid = "", given = ""] = shape.exec(token) ?? [];
  const expected = sign(keyring, kid, body);
  if (expected === null || !sameText(expected, given)) return err("invalid");
  const claims = Claims.safeParse(JSON.parse(Buffer.from(body, "base64url").toString()));
  if (!claims.success) return err("invalid");
  return claims.data.expiresAt > now ? ok(claims.data) : err("expired");
}

/** The purpose is part of what is signed, so that no signed URL can pass as a token. */
function sign(keyring: Keyring, kid: string, body: string): string | null {
  const key = Object.hasOwn(keyring.keys, kid) ? keyring.keys[kid] : undefined;
  if (key === undefined) return null;
  return createHmac("sha256", Buffer.from(key, "base64url"))
    .update(`client-token:${body}`)
    .digest("base64url");
}

function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
