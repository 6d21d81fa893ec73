import { parseArgs } from "node:util";
import type { IssuedKey, Key } from "../../schemas/account.ts";
import { commonOptions, settingsOf, transportOf, UsageError } from "./settings.ts";

export const keysHelp = `inlay keys
inlay keys create <name> [--scope <scope>]... [--test]
inlay keys revoke <id>

Shows the account's keys, makes one, or revokes one for good. Without a scope a new key may do what yours may. Scopes are
edits, account, webhooks and keys, each with :read or :write, such as edits:write. --test makes a key of your test account,
where edits cost play money and are painted by the small profile.`;

/** `inlay keys`: lists, makes and revokes keys. */
export async function keys(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...commonOptions,
      scope: { type: "string", multiple: true },
      test: { type: "boolean" },
    },
  });
  const transport = transportOf(settingsOf(values));
  const [action = "list", what = ""] = positionals;
  if (action === "list") {
    const { data } = await transport.json<{ data: Key[] }>("GET", "/v1/keys");
    for (const key of data) console.log(lineOf(key));
  } else if (action === "create" && what !== "") {
    const { scope: scopes, test } = values;
    const body = { name: what, ...(scopes && { scopes }), ...(test && { test }) };
    const made = await transport.json<IssuedKey>("POST", "/v1/keys", { body });
    console.log(`${lineOf(made)}\n\n${made.key}\n\nIt is shown this once.`);
  } else if (action === "revoke" && what !== "") {
    console.log(
      lineOf(await transport.json<Key>("DELETE", `/v1/keys/${encodeURIComponent(what)}`)),
    );
  } else {
    throw new UsageError("Use inlay keys, inlay keys create <name>, or inlay keys revoke <id>.");
  }
  return 0;
}

function lineOf({ id, display, name, scopes, revoked_at }: Key): string {
  const may = revoked_at === null ? (scopes?.join(" ") ?? "everything") : `revoked ${revoked_at}`;
  return `${id}  ${display}  ${name}  ${may}`;
}
