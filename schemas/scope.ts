import { z } from "@hono/zod-openapi";

/** What a key may be used for. Writing something includes reading it. */
export const Scope = z
  .enum([
    "edits:read",
    "edits:write",
    "account:read",
    "account:write",
    "webhooks:read",
    "webhooks:write",
    "keys:read",
    "keys:write",
  ])
  .openapi("Scope");
export type Scope = z.infer<typeof Scope>;

/** What a request needs: a scope, or (`*`) a key that was given none and may do everything. */
export type NeededScope = Scope | "*";

/** Whether a key of these scopes (null: everything) may do what needs `needed`. */
export function allows(scopes: readonly Scope[] | null, needed: NeededScope): boolean {
  if (scopes === null) return true;
  if (needed === "*") return false;
  return scopes.some((scope) => scope === needed || scope.replace(":write", ":read") === needed);
}
