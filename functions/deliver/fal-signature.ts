import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Keyring } from "../images/signed-url.ts";

/** What is signed: whose request it is, the time of this try and the frozen payload. */
export interface FalSigned {
  readonly request: string;
  readonly user: string;
  readonly at: Date;
  readonly payload: string;
}

/** A public key as JWKS (RFC 8037) lists it. */
export interface FalKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly use: "sig";
  readonly alg: "EdDSA";
  readonly kid: string;
  readonly x: string;
}

/** What comes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The headers of fal's webhooks: an Ed25519 signature, in hex, over the request's id, the user's id, the time (whole
 * seconds) and the SHA-256 of the payload, a line each. The key is drawn from the deployment's current signing key.
 */
export function falHeaders(
  keyring: Keyring,
  { request, user, at, payload }: FalSigned,
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const digest = createHash("sha256").update(payload).digest("hex");
  const message = Buffer.from([request, user, timestamp, digest].join("\n"));
  return {
    "x-fal-webhook-request-id": request,
    "x-fal-webhook-user-id": user,
    "x-fal-webhook-timestamp": timestamp,
    "x-fal-webhook-signature": sign(null, message, privateKey(keyring, keyring.current)).toString(
      "hex",
    ),
  };
}

/** The public keys of every signing key in force, the current one first: two while they are being replaced. */
export function falKeys(keyring: Keyring): FalKey[] {
  const others = Object.keys(keyring.keys).filter((kid) => kid !== keyring.current);
  return [keyring.current, ...others].map((kid) => {
    const { x = "" } = createPublicKey(privateKey(keyring, kid)).export({ format: "jwk" });
    return { kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid, x };
  });
}

/** A key for this one purpose: its seed is an HMAC of the purpose's name. */
function privateKey(keyring: Keyring, kid: string) {
  const secret = Buffer.from(keyring.keys[kid] ?? "", "base64url");
  const seed = createHmac("sha256", secret).update("webhooks of fal's queue, Ed25519").digest();
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
}
