import type { EditStatus } from "../../schemas/edit.ts";
import type { AccountActor } from "./account-actor.ts";

/** What the witness knows of an edit that was accepted. */
export interface EditRecord {
  readonly id: string;
  readonly unit: number;
  readonly n: number;
  readonly webhook: string | null;
  /** Whether its outputs are copied by a job of the queue, so that its callback ends nothing yet. */
  readonly copied: boolean;
  ended: EditStatus | null;
  charged: number;
  /** Outputs that were not blocked, once a success was reported. */
  delivered: number | null;
  /** The newest attempt that was claimed. */
  attempt: number;
}

/** What the witness knows of an account's money and keys. */
export class AccountRecord {
  readonly actor: AccountActor;
  readonly grants = new Map<string, number>();
  readonly keys = new Map<string, { readonly edit: string; readonly content: string }>();
  readonly edits = new Map<string, EditRecord>();
  readonly open = new Set<string>();
  granted = 0;
  held = 0;
  paid = 0;

  constructor(actor: AccountActor) {
    this.actor = actor;
  }

  grant(externalId: string, amount: number): void {
    if (this.grants.has(externalId)) return;
    this.grants.set(externalId, amount);
    this.granted += amount;
  }

  accept(edit: EditRecord): void {
    this.edits.set(edit.id, edit);
    this.open.add(edit.id);
    this.held += edit.unit * edit.n;
  }

  end(edit: EditRecord): void {
    this.open.delete(edit.id);
    this.held -= edit.unit * edit.n;
    this.paid += edit.charged;
  }
}
