import type { Key } from "../../schemas/account.ts";
import { allows } from "../../schemas/scope.ts";
import type { Refusal } from "../errors/refusal.ts";
import { readPresented } from "../keys/presented-key.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { addKey, listKeys, revokeKey, scopesOf, type MintedKey } from "./keys.ts";

/** Keys that an account may have in force at the same time. */
export const maxKeys = 100;

/** What the holder of a key asks about the account's keys. */
export type KeyringRequest =
  | { readonly type: "list" }
  | { readonly type: "revoke"; readonly id: string }
  | {
      readonly type: "create";
      readonly minted: MintedKey;
      readonly name: string;
    };

/**
 * Carries out a request about the account's keys by one of them; answers the keys that it is about. Nobody gets more by
 * it: a new key has the scopes of the one that asked for it, or fewer.
 */
export function runKeyring(
  context: AccountContext,
  presented: string,
  request: KeyringRequest,
): Result<readonly Key[], Refusal> {
  switch (request.type) {
    case "list":
      return ok(listKeys(context));
    case "revoke": {
      const revoked = revokeKey(context, request.id);
      return revoked.ok ? ok([revoked.value]) : revoked;
    }
    case "create": {
      if (listKeys(context).filter(({ revoked_at }) => revoked_at === null).length >= maxKeys) {
        const detail = `An account has at most ${maxKeys} keys in force. Revoke some.`;
        return err({ code: "keys_too_many", detail });
      }
      const own = scopesOf(context, readPresented(presented).hash);
      const { minted, name } = request;
      const scopes = minted.scopes ?? own;
      const missing = (scopes ?? []).filter((scope) => !allows(own, scope));
      if (missing.length > 0) {
        const detail = `Your key does not have ${missing.join(", ")}, and cannot give it to another.`;
        return err({ code: "key_scope_missing", detail });
      }
      return ok([addKey(context, { ...minted, scopes }, name)]);
    }
    default:
      return request satisfies never;
  }
}
