import { createPrivateKey, type JsonWebKeyInput } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The development certificate and its key, by the names of the Worker's environment. Both are public: a claim that is
 * signed with them is well-formed, and vouched for by nobody.
 */
export function developmentSigner(): Record<"C2PA_KEY" | "C2PA_CERTIFICATES", string> {
  const path = join(import.meta.dirname, "development-certificate.json");
  const { key, certificates } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly key: JsonWebKeyInput["key"];
    readonly certificates: string;
  };
  const pem = createPrivateKey({ key, format: "jwk" }).export({ type: "pkcs8", format: "pem" });
  return { C2PA_KEY: String(pem), C2PA_CERTIFICATES: certificates };
}
