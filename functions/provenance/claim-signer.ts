import { err, ok, type Result } from "../result.ts";

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;

/** How what is signed begins: an array of four, and the context of a signature (RFC 9052, section 4.4). */
const beginning = Buffer.concat([Buffer.from([0x84, 0x6a]), Buffer.from("Signature1")]);

/**
 * The key of a PEM file as `openssl pkcs8 -topk8 -nocrypt` writes it.
 *
 * @throws {Error} for anything but a private key of P-256.
 */
export function readClaimKey(pem: string): Promise<CryptoKey> {
  const base64 = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/.exec(
    pem,
  );
  if (base64 === null) return Promise.reject(new Error("it is no private key in PEM"));
  const bytes = Buffer.from(base64[1] ?? "", "base64");
  return crypto.subtle.importKey("pkcs8", bytes, curve, false, ["sign"]);
}

/**
 * The ES256 signature (64 bytes) of a claim, as COSE lays out what is signed. Nothing else is signed with the key.
 */
export async function signClaim(
  key: CryptoKey,
  claim: Uint8Array<ArrayBuffer>,
): Promise<Result<ArrayBuffer, "no_claim">> {
  if (!beginning.equals(claim.subarray(0, beginning.length))) return err("no_claim");
  return ok(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, claim));
}
