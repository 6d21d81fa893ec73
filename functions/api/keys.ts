import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { IssuedKey, Key, OwnKeyRequest } from "../../schemas/account.ts";
import type { Scope } from "../../schemas/scope.ts";
import type { MintedKey } from "../account/keys.ts";
import type { AccountObject } from "../account/object.ts";
import type { TestKeyGrant } from "../account/test-account.ts";
import { openAccount, wasDeleted } from "../directory/open-account.ts";
import { readConfiguration } from "../env.ts";
import { unwrap } from "../errors/problem-error.ts";
import { kindOf, mintAccountId, regionOf } from "../keys/account-id.ts";
import { displayOf, hashApiKey, mintApiKey } from "../keys/api-key.ts";
import { accountObject } from "../services.ts";
import type { AppContext, AppEnv } from "./app-env.ts";
import { authenticated, keyInForce } from "./authenticate.ts";
import { jsonBody, jsonProblems } from "./json-body.ts";
import { keyProblems, problems } from "./problem-response.ts";

const tags = ["Account"];
const security = [{ apiKey: [] }];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });

const list = createRoute({
  method: "get",
  path: "/v1/keys",
  operationId: "listOwnKeys",
  summary: "The account's keys, without their secrets",
  tags,
  security,
  middleware: authenticated,
  responses: {
    200: {
      description: "The keys, oldest first",
      content: json(z.object({ object: z.literal("list"), data: z.array(Key) }).openapi("KeyList")),
    },
    ...problems(...keyProblems),
  },
});

const create = createRoute({
  method: "post",
  path: "/v1/keys",
  operationId: "createKey",
  summary: "Make an API key with some scopes; this answer alone holds its secret",
  tags,
  security,
  middleware: [authenticated, keyInForce, ...jsonBody] as const,
  request: { body: { content: json(OwnKeyRequest), required: true } },
  responses: {
    201: { description: "The key", content: json(IssuedKey) },
    ...problems(...keyProblems, ...jsonProblems, "keys_too_many"),
  },
});

const revoke = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  operationId: "revokeOwnKey",
  summary: "Revoke one of the account's keys, at once and for good",
  tags,
  security,
  middleware: authenticated,
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "The revoked key", content: json(Key) },
    ...problems(...keyProblems, "key_not_found"),
  },
});

/** Keys as their account makes and revokes them itself, those of its test account with them. */
export function keyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { account, keyHash } = c.var.caller;
    const keys = unwrap(await account.keyring(keyHash, { type: "list" }));
    const testKeys = await (await testAccount(c))?.listKeys();
    const data = [...keys, ...(testKeys?.ok === true ? testKeys.value : [])];
    return c.json({ object: "list" as const, data }, 200);
  });

  app.openapi(create, async (c) => {
    const { id, account, keyHash } = c.var.caller;
    const { name, scopes = null, test } = c.req.valid("json");
    if (test && kindOf(id) === "live") {
      const grant = await testKey(c, scopes);
      const { key, minted } = mint(grant.account, grant.scopes);
      const made = await accountObject(c.env.ACCOUNT, grant.account).addKey(minted, name);
      return c.json({ ...unwrap(made), key }, 201);
    }
    const { key, minted } = mint(id, scopes);
    const made = await account.keyring(keyHash, { type: "create", minted, name });
    return c.json({ ...only(unwrap(made)), key }, 201);
  });

  app.openapi(revoke, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { id } = c.req.valid("param");
    const revoked = await account.keyring(keyHash, { type: "revoke", id });
    if (!revoked.ok && revoked.problem.code === "key_not_found") {
      const testKeys = await (await testAccount(c))?.revokeKey(id);
      if (testKeys?.ok === true) return c.json(testKeys.value, 200);
    }
    return c.json(only(unwrap(revoked)), 200);
  });
}

/** The test account that belongs to the caller's; null where there is none. */
async function testAccount(c: AppContext): Promise<DurableObjectStub<AccountObject> | null> {
  const { account, keyHash } = c.var.caller;
  const { test_account: id } = unwrap(await account.account(keyHash));
  return id === null ? null : accountObject(c.env.ACCOUNT, id);
}

/** Where the caller's test key is made: in its test account, which is opened where there is none. */
async function testKey(c: AppContext, scopes: readonly Scope[] | null): Promise<TestKeyGrant> {
  const { id, account, keyHash } = c.var.caller;
  const secret = readConfiguration(c.env).ACCOUNT_ID_SECRET;
  const candidate = mintAccountId(secret, regionOf(id), random, "test");
  const ask = async (gone: string | null) =>
    unwrap(await account.testKey(keyHash, { scopes, candidate, gone }));
  let grant = await ask(null);
  if (await wasDeleted(c.env, grant.account)) grant = await ask(grant.account);
  // A request that broke off may have left it unopened.
  const known = await accountObject(c.env.ACCOUNT, grant.account).describe();
  if (known === null) await openAccount(c.env, grant.account);
  return grant;
}

function mint(
  account: string,
  scopes: readonly Scope[] | null,
): { readonly key: string; readonly minted: MintedKey } {
  const key = mintApiKey(account, random);
  return { key, minted: { hash: hashApiKey(key), display: displayOf(key), scopes } };
}

function random(into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(into);
}

function only(keys: readonly Key[]): Key {
  const [key] = keys;
  if (key === undefined) throw new Error("the account answered no key");
  return key;
}
