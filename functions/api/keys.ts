import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { IssuedKey, Key, KeyRequest } from "../../schemas/account.ts";
import { unwrap } from "../errors/problem-error.ts";
import { displayOf, hashApiKey, mintApiKey } from "../keys/api-key.ts";
import type { AppEnv } from "./app-env.ts";
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
  request: { body: { content: json(KeyRequest), required: true } },
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

/** Keys as their account makes and revokes them itself. */
export function keyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { account, keyHash } = c.var.caller;
    const keys = unwrap(await account.keyring(keyHash, { type: "list" }));
    return c.json({ object: "list" as const, data: [...keys] }, 200);
  });

  app.openapi(create, async (c) => {
    const { id, account, keyHash } = c.var.caller;
    const { name, scopes = null } = c.req.valid("json");
    const key = mintApiKey(id, (into) => crypto.getRandomValues(into));
    const minted = { hash: hashApiKey(key), display: displayOf(key), scopes };
    const made = await account.keyring(keyHash, { type: "create", minted, name });
    return c.json({ ...only(unwrap(made)), key }, 201);
  });

  app.openapi(revoke, async (c) => {
    const { account, keyHash } = c.var.caller;
    const { id } = c.req.valid("param");
    return c.json(only(unwrap(await account.keyring(keyHash, { type: "revoke", id }))), 200);
  });
}

function only(keys: readonly Key[]): Key {
  const [key] = keys;
  if (key === undefined) throw new Error("the account answered no key");
  return key;
}
