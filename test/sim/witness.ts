import type { AcceptRequest } from "../../functions/account/accept.ts";
import type { Claim, Report } from "../../functions/account/attempts.ts";
import type { AcceptedEdit } from "../../functions/account/answers.ts";
import { isTerminal } from "../../functions/account/edit-machine.ts";
import type { Posting } from "../../functions/account/ledger.ts";
import type { Refusal } from "../../functions/errors/refusal.ts";
import type { Result } from "../../functions/result.ts";
import { inputKey, manifestKey } from "../../functions/images/object-keys.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import type { EditStatus } from "../../schemas/edit.ts";
import type { WebhookEvent } from "../../schemas/webhook-event.ts";
import type { AccountActor } from "./account-actor.ts";
import type { Bucket } from "./bucket.ts";
import { AccountRecord, type EditRecord } from "./records.ts";
import { readEdit, type SeenEdit } from "./seen-edit.ts";

/** Events are kept a week; a receiver that was down may hear of older ones. */
const kept = 6 * 24 * 3_600_000;

/**
 * Stands beside every account and compares what each call changed with what was promised, from its own records: what
 * was accepted, granted, reported and paid. The production code knows nothing of it.
 */
export class Witness {
  readonly accounts = new Map<string, AccountRecord>();
  readonly edits = new Map<string, EditRecord>();
  #violate: (what: string) => void;
  #bucket: Bucket;

  constructor(violate: (what: string) => void, bucket: Bucket) {
    this.#violate = violate;
    this.#bucket = bucket;
  }

  add(actor: AccountActor): void {
    this.accounts.set(actor.id, new AccountRecord(actor));
  }

  /** The state that a call is about to change, where its meaning depends on it. */
  before(actor: AccountActor, method: string, args: readonly unknown[]): SeenEdit | null {
    return method === "report" ? readEdit(actor.storage, args[0] as string) : null;
  }

  /** Judges what a call did. */
  after(
    actor: AccountActor,
    method: string,
    args: readonly unknown[],
    value: unknown,
    before: SeenEdit | null,
  ): void {
    const account = this.#account(actor.id);
    switch (method) {
      case "accept":
        this.#accepted(account, args[0] as AcceptRequest, value as Result<AcceptedEdit, Refusal>);
        break;
      case "post":
        this.#granted(account, args[0] as Posting, value as Result<unknown, Refusal>);
        break;
      case "report":
        this.#reported(account, args as [string, number, Report], before);
        break;
      case "claim":
        this.#claimed(args[0] as string, value as Claim | string);
        break;
      case "cancel":
      case "remove": {
        const [, edit] = args as [string, string];
        const ended = this.#look(account, edit);
        if ((value as Result<unknown, Refusal>).ok && ended === null) {
          this.#violate(`${edit} is not over after ${method}`);
        }
        break;
      }
      case "wake":
      case "alarm":
        this.#lookAtAll(account);
        break;
      case "busy":
      case "wait":
        this.#look(account, args[0] as string);
        break;
      default:
    }
    this.#weigh(account);
  }

  /** The inputs of an edit that is still to be made are there. */
  inputsAreRead(account: string, edit: string): void {
    const record = this.edits.get(edit);
    if (record === undefined || record.ended !== null) return;
    if (this.#bucket.peek(inputKey(account, edit, "request")) === undefined) {
      this.#violate(`the inputs of ${edit} are gone and it is not over`);
    }
  }

  /** A success that was answered 200 is committed. */
  successIsTaken(account: string, edit: string, attempt: number): void {
    const written = this.#bucket.peek(manifestKey(account, edit, attempt));
    if (written === undefined || (JSON.parse(written) as Manifest).status === "failed") return;
    const record = this.edits.get(edit);
    if (record !== undefined && !record.copied && record.ended === null) {
      this.#violate(
        `${edit}: the success of attempt ${attempt} was answered 200 before its commit`,
      );
    }
  }

  /** An event that reaches a receiver is committed, word for word. */
  eventArrives(id: string, event: WebhookEvent, body: string): void {
    const { actor } = this.#account(id);
    const [row] = actor.storage.exec<{ payload: string }>(
      "SELECT payload FROM events WHERE sequence = ?",
      event.sequence,
    );
    const old = Date.parse(event.timestamp) < actor.now() - kept;
    if (row === undefined ? !old : row.payload !== body) {
      this.#violate(`event ${event.sequence} was delivered and is not in the log`);
    }
    const status = this.edits.get(event.data.id)?.ended;
    if (event.type !== `edit.${status}`) {
      this.#violate(`${event.data.id} ended as ${status}, and ${event.type} was delivered`);
    }
  }

  #account(id: string): AccountRecord {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  }

  #accepted(
    account: AccountRecord,
    request: AcceptRequest,
    result: Result<AcceptedEdit, Refusal>,
  ): void {
    if (!result.ok) return;
    const { edit, replayed } = result.value;
    const { idempotencyKey: key, parameters } = request;
    const known = key === null ? undefined : account.keys.get(key);
    if (known !== undefined && (known.edit !== edit.id || known.content !== parameters.prompt)) {
      this.#violate(`the key ${key} made ${known.edit}, and then ${edit.id}`);
    }
    if (replayed) {
      if (known === undefined) this.#violate(`${edit.id} was replayed and never made`);
      return;
    }
    if (key !== null) account.keys.set(key, { edit: edit.id, content: parameters.prompt });
    const unit = 2_000 + 200 * parameters.steps;
    const record: EditRecord = {
      id: edit.id,
      unit,
      n: parameters.n,
      webhook: parameters.webhook ?? null,
      copied: parameters.metadata["copied"] === "true",
      ended: null,
      charged: 0,
      delivered: null,
      attempt: 0,
    };
    this.edits.set(edit.id, record);
    account.accept(record);
    this.#look(account, edit.id);
  }

  #granted(
    account: AccountRecord,
    { amount, externalId }: Posting,
    result: Result<unknown, Refusal>,
  ): void {
    if (!result.ok) return;
    const known = account.grants.get(externalId);
    if (known !== undefined && known !== amount) {
      this.#violate(`the grant ${externalId} was ${known}, and then ${amount}`);
    }
    account.grant(externalId, amount);
  }

  #claimed(edit: string, claim: Claim | string): void {
    const record = this.edits.get(edit);
    if (typeof claim === "string" || record === undefined) return;
    if (record.ended !== null) this.#violate(`${edit} is over and was claimed`);
    if (claim.attempt <= record.attempt) {
      this.#violate(`attempt ${claim.attempt} of ${edit} was claimed after ${record.attempt}`);
    }
    record.attempt = claim.attempt;
  }

  #reported(
    account: AccountRecord,
    [edit, attempt, news]: readonly [string, number, Report],
    before: SeenEdit | null,
  ): void {
    const record = this.edits.get(edit);
    if (record === undefined || before === null) return;
    const success = news.type === "manifest" && news.manifest.error === null;
    const open = !isTerminal(before.status);
    if (success && open) {
      record.delivered = news.manifest.outputs.filter(({ blocked }) => blocked === null).length;
    }
    const ended = this.#look(account, edit);
    if (success && open && attempt <= before.attempt && ended === null) {
      this.#violate(`${edit}: the success of attempt ${attempt} was reported and did not end it`);
    }
    if (success || attempt >= before.attempt) return;
    const after = readEdit(account.actor.storage, edit);
    if (after?.status !== before.status || after.attempt !== before.attempt) {
      this.#violate(
        `${edit}: ${news.type} of attempt ${attempt} changed attempt ${before.attempt}`,
      );
    }
  }

  /** Edits end by themselves too: whichever is not open any more is looked at. */
  #lookAtAll(account: AccountRecord): void {
    const open = account.actor.storage.exec<{ id: string }>(
      "SELECT id FROM edits WHERE status IN ('queued', 'starting', 'processing')",
    );
    if (open.length === account.open.size) return;
    const still = new Set(open.map(({ id }) => id));
    for (const id of account.open) if (!still.has(id)) this.#look(account, id);
  }

  /** Compares one edit and its money with the records; returns how it ended, null while it has not. */
  #look(account: AccountRecord, id: string): EditStatus | null {
    const record = this.edits.get(id);
    if (record === undefined) return null;
    const seen = readEdit(account.actor.storage, id);
    if (seen === null) {
      this.#violate(`${id} was accepted and is gone`);
      return null;
    }
    const { status, charged, captures, captured, held, counted } = seen;
    if (counted > 3 || counted < 0) this.#violate(`${id} has counted ${counted} attempts`);
    if (record.ended === null && isTerminal(status)) {
      record.ended = status;
      record.charged = status === "succeeded" ? record.unit * (record.delivered ?? NaN) : 0;
      account.end(record);
    }
    if (record.ended === null) {
      if (held !== record.unit * record.n || captures > 0 || charged > 0) {
        this.#violate(`${id} is ${status}, holds ${held} and has paid ${captured}`);
      }
      return null;
    }
    if (status !== record.ended) this.#violate(`${id} was ${record.ended} and became ${status}`);
    if (held !== 0) this.#violate(`${id} is ${status} and still holds ${held}`);
    if (captures > 1 || captured !== record.charged || charged !== record.charged) {
      this.#violate(`${id} is ${status}, owes ${record.charged} and paid ${captured} (${charged})`);
    }
    return record.ended;
  }

  /** The account's balance follows from the records. */
  #weigh(account: AccountRecord): void {
    const [row] = account.actor.storage.exec<{ available: number; reserved: number }>(
      "SELECT available, reserved FROM account",
    );
    const { available, reserved } = row ?? { available: NaN, reserved: NaN };
    const { granted, held, paid } = account;
    if (reserved !== held || available !== granted - held - paid || available < 0) {
      this.#violate(
        `${account.actor.id} has ${available} and ${reserved} reserved; it was granted ${granted}, holds ${held} and paid ${paid}`,
      );
    }
  }
}
