import { env } from "cloudflare:workers";
import { readConfiguration } from "../../../functions/env.ts";
import { mintClientToken, type ClientClaims } from "../../../functions/keys/client-token.ts";
import type { ClientToken, ClientTokenRequest } from "../../../schemas/client-token.ts";
import type { Upload, UploadRequest } from "../../../schemas/upload.ts";
import * as api from "./api.ts";

/** A client token of this key's account, minted over HTTP. */
export async function mintToken(
  key: string,
  request: Partial<ClientTokenRequest> = {},
): Promise<string> {
  const json = { end_user: "user-1", spending_limit: 1_000_000, ...request };
  const minted = await api.send("POST", "/v1/client-tokens", { token: key, json });
  if (minted.status !== 201) throw new Error(`no token: ${await minted.text()}`);
  return (await minted.json<ClientToken>()).token;
}

/** A token as the deployment would have signed it with these claims. */
export function tokenOf(
  { id, keyId }: api.Customer,
  claims: Partial<ClientClaims> = {},
  keyring = readConfiguration(env).SIGNING_KEYS,
): string {
  return mintClientToken(keyring, {
    id: `tok_${crypto.randomUUID()}`,
    account: id,
    key: keyId,
    endUser: "user-1",
    spendingLimit: 1_000_000,
    tasks: null,
    webhook: null,
    expiresAt: Date.now() + 600_000,
    ...claims,
  });
}

/** Announces an upload. */
export async function createUpload(token: string, json?: UploadRequest): Promise<Upload> {
  const made = await api.send("POST", "/v1/uploads", { token, json });
  if (made.status !== 201) throw new Error(`no upload: ${await made.text()}`);
  return made.json<Upload>();
}

/** The upload of these bytes in one PUT, complete. */
export async function uploaded(token: string, bytes: Uint8Array<ArrayBuffer>): Promise<Upload> {
  const { upload_url } = await createUpload(token);
  return (await api.put(upload_url ?? "", bytes)).json<Upload>();
}

/** Sends a part of a file. */
export async function putPart(
  { parts }: Upload,
  number: number,
  file: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const part = parts[number - 1];
  const from = (parts[0]?.bytes ?? 0) * (number - 1);
  return api.put(part?.upload_url ?? "", file.slice(from, from + (part?.bytes ?? 0)));
}

/** Completes an upload. */
export async function complete(token: string, id: string): Promise<Response> {
  return api.send("POST", `/v1/uploads/${id}/complete`, { token });
}

/** A PNG of so many bytes: its header, and then anything. */
export function pictureOf(bytes: number, header: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(bytes).map((_, place) => (place * 31 + (place >> 8)) & 255);
  file.set(header);
  return file;
}
