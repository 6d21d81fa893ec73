import { archiveBatch, finishArchive } from "../../../functions/account/archive.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { finishLedgerPart, ledgerPart } from "../../../functions/account/ledger-days.ts";
import { unreportedUsage, usageReported } from "../../../functions/account/usage.ts";
import type { TestAccount } from "./harness.ts";

/** Puts away what an account asks for, as the work `archive` does. */
export class Archivist {
  /** What was put away, by its key. */
  readonly files = new Map<string, string>();
  /** How often something was asked for. */
  asked = 0;
  #account: TestAccount;
  #lost: () => boolean;
  #closing: (close: () => void) => void;

  /** `lost` draws whether a piece of work comes to nothing; `closing` runs what changes the ledger. */
  constructor(
    account: TestAccount,
    lost: () => boolean = () => false,
    closing: (close: () => void) => void = (close) => close(),
  ) {
    this.#account = account;
    this.#lost = lost;
    this.#closing = closing;
  }

  /** Lets time pass as an account lives it, waking whenever it wants. */
  pass(ms: number): void {
    const { context } = this.#account;
    const until = context.now() + ms;
    for (let wakes = 0; ; wakes++) {
      const due = nextDueAt(context);
      if (due === null || due > until) break;
      if (wakes > 5_000) throw new Error("the account is due again and again");
      this.#account.pass(Math.max(due - context.now(), 50));
      for (const message of takeDue(context)) {
        if (message.type === "archive") this.#putAway(message.batch);
        if (message.type === "report") usageReported(context, unreportedUsage(context));
      }
    }
    this.#account.pass(Math.max(0, until - context.now()));
  }

  /** The ledger's entries among the files, by id. */
  entries(): { id: number; kind: string; edit: string | null; available_change: number }[] {
    return [...this.files]
      .filter(([key]) => key.includes("/ledger/"))
      .flatMap(([, text]) => text.trimEnd().split("\n"))
      .map((line) => (JSON.parse(line) as { data: ReturnType<Archivist["entries"]>[number] }).data)
      .toSorted((a, b) => a.id - b.id);
  }

  #putAway(key: string): void {
    const { context } = this.#account;
    this.asked += 1;
    const batch = archiveBatch(context, key) ?? ledgerPart(context, key);
    if (batch === null || this.#lost()) return;
    const known = this.files.get(key);
    if (known !== undefined && known !== batch.text) throw new Error(`${key} has changed`);
    this.files.set(key, batch.text);
    if (this.#lost()) return;
    finishArchive(context, key);
    this.#closing(() => finishLedgerPart(context, key));
  }
}
