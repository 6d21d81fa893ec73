import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The secrets of a local deployment, by the names of the Worker's environment. */
export type LocalSecrets = Record<
  "SIGNING_KEYS" | "ACCOUNT_ID_SECRET" | "ADMIN_SECRET" | "COG_CALLBACK_TOKEN",
  string
>;

/** The secrets in a state folder; drawn the first time, and readable by their owner alone. */
export function localSecrets(stateFolder: string): LocalSecrets {
  const path = join(stateFolder, "secrets.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as LocalSecrets;
  const draw = () => randomBytes(32).toString("base64url");
  const secrets: LocalSecrets = {
    SIGNING_KEYS: `k1:${draw()}`,
    ACCOUNT_ID_SECRET: draw(),
    ADMIN_SECRET: draw(),
    COG_CALLBACK_TOKEN: draw(),
  };
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
