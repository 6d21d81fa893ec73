import { signUrl, type Grant, type Keyring } from "../images/signed-url.ts";
import { limits } from "../../schemas/limits.ts";
import type { Links } from "./context.ts";

/** The links of one account's resources, signed with the deployment's current key. */
export function signedLinks(account: string, keyring: Keyring): Links {
  const sign = (origin: string, grant: Omit<Grant, "account">) =>
    signUrl(keyring, origin, { ...grant, account });
  return {
    self: (origin, edit) => `${origin}/v1/edits/${edit}`,
    cancel: (origin, edit) => `${origin}/v1/edits/${edit}/cancel`,
    events: (origin, edit) => `${origin}/v1/edits/${edit}/events`,
    preview: (origin, edit) => `${origin}/v1/edits/${edit}/preview`,
    output: (origin, edit, attempt, index, exp) =>
      sign(origin, { purpose: "result", method: "GET", edit, attempt, index, maxBytes: 0, exp }),
    upload: (origin, upload, exp, { number, bytes }) =>
      sign(origin, {
        purpose: "upload",
        method: "PUT",
        edit: upload,
        // 0 is the whole file, 1 a part of it.
        attempt: number === 0 ? 0 : 1,
        index: number,
        maxBytes: bytes ?? limits.imageBytes,
        exp,
      }),
  };
}
