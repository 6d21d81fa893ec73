import type { Key } from "../../schemas/account.ts";
import { allows, type Scope } from "../../schemas/scope.ts";
import type { Refusal } from "../errors/refusal.ts";
import { readPresented } from "../keys/presented-key.ts";
import { err, ok, type Result } from "../result.ts";
import type { AccountContext } from "./context.ts";
import { addKey, listKeys, revokeKey, scopesOf, type MintedKey } from "./keys.ts";

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
      const { minted, name } = request;
      const scopes = grantableScopes(context, presented, minted.scopes ?? null);
      if (!scopes.ok) return scopes;
      const added = addKey(context, { ...minted, scopes: scopes.value }, name);
      return added.ok ? ok([added.value]) : added;
    }
    default:
      return request satisfies never;
  }
}

/** The scopes of a new key for which its maker wants these (null: all that the maker has); refused where they are more. */
export function grantableScopes(
  context: AccountContext,
  presented: string,
  wanted: readonly Scope[] | null,
): Result<readonly Scope[] | null, Refusal> {
  const own = scopesOf(context, readPresented(presented).hash);
  const scopes = wanted ?? own;
  const missing = (scopes ?? []).filter((scope) => !allows(own, scope));
  if (missing.length === 0) return ok(scopes);
  const detail = `Your key does not have ${missing.join(", ")}, and cannot give it to another.`;
  return err({ code: "key_scope_missing", detail });
}
