import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { accountStub } from "../../../functions/services.ts";
import type { EditParameters } from "../../../schemas/edit.ts";

/** What an edit was asked, as its account keeps it. */
export async function parametersOf(account: string, edit: string): Promise<EditParameters> {
  return runInDurableObject(accountStub(env.ACCOUNT, account), (_account, state) => {
    const row = state.storage.sql
      .exec<{ parameters: string }>("SELECT parameters FROM edits WHERE id = ?", edit)
      .one();
    return JSON.parse(row.parameters) as EditParameters;
  });
}
