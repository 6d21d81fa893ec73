import { parseArgs } from "node:util";
import type { z } from "@hono/zod-openapi";
import type { Account, Ledger } from "../../schemas/account.ts";
import { commonOptions, settingsOf, transportOf } from "./settings.ts";

export const creditsHelp = `inlay credits

Shows what the account has, what is reserved for running edits, and its last movements.`;

const credits = (microcredits: number) => (microcredits / 1_000_000).toFixed(6);

/** `inlay credits`: the balance, and where it went. */
export async function showCredits(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { ...commonOptions, json: { type: "boolean", default: false } },
  });
  const transport = transportOf(settingsOf(values));
  const account = await transport.json<Account>("GET", "/v1/account");
  const ledger = await transport.json<z.infer<typeof Ledger>>("GET", "/v1/account/ledger?limit=10");
  if (values.json) {
    console.log(JSON.stringify({ balance: account.balance, ledger: ledger.data }, null, 2));
    return 0;
  }
  const { available, reserved } = account.balance;
  console.log(`${credits(available)} credits available, ${credits(reserved)} reserved\n`);
  for (const {
    kind,
    edit,
    external_id,
    available_change,
    reserved_change,
    created_at,
  } of ledger.data) {
    const change = kind === "capture" ? reserved_change : available_change;
    console.log(
      `${created_at}  ${kind.padEnd(10)} ${credits(change).padStart(16)}  ${edit ?? external_id ?? ""}`,
    );
  }
  return 0;
}
