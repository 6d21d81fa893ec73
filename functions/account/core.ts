import type { Account, Key, LedgerEntry } from "../../schemas/account.ts";
import type { Edit, EditStatus } from "../../schemas/edit.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { describeError } from "../log.ts";
import { err, ok, type Result } from "../result.ts";
import { abandon, accept, authorize, type AcceptRequest } from "./accept.ts";
import type { Advance } from "./advance.ts";
import type { AcceptedEdit, CanceledEdit, EditResources } from "./answers.ts";
import * as attempts from "./attempts.ts";
import { ClientDesk } from "./client-desk.ts";
import type { AccountContext } from "./context.ts";
import { checkCredential, endUserOf, type Credential } from "./credential.ts";
import { cancelEdit, deleteEdit, visibleEdit } from "./deletion.ts";
import { closeAccount, closedAccountId, closingDueAt, takeClosing } from "./closing.ts";
import * as deliveries from "./deliveries.ts";
import { AccountDesk, type DeskAccess } from "./desk.ts";
import { nextDueAt, takeDue, tellLateness } from "./due.ts";
import { isTerminal } from "./edit-machine.ts";
import { listEdits } from "./edit-list.ts";
import { toEdit, type EditRow, type Liveness } from "./edit-row.ts";
import * as keys from "./keys.ts";
import * as ledger from "./ledger.ts";
import { previewedAttempt } from "./preview.ts";
import { limitsOf } from "./quotas.ts";
import { toAccount } from "./resource.ts";
import { exists, migrate, storedAccountId } from "./schema.ts";
import type { Storage } from "./storage.ts";
import { fillTestCredits } from "./test-account.ts";
import { Waker, type WakeNets } from "./waker.ts";

/** What an account asks of the process that it lives in. */
export interface AccountPorts {
  readonly storage: Storage;
  readonly nets: WakeNets;
  /** The context of the account, once its id is known. */
  readonly context: (account: string) => AccountContext;
  /** Carries on with a promise that no answer waits for. */
  readonly background: (work: Promise<void>) => void;
  /** Told of each edit that has ended. */
  readonly ended: (edit: string) => void;
  /** Told of an unfinished edit's progress or place in the line; what it was told before is not so any more. */
  readonly moved: (edit: string, live: Liveness) => void;
}

/**
 * One account: every rule of its money, edits, idempotency, events and deliveries, over the ports it is given. The
 * Durable Object is this class with workerd behind the ports; the simulation, with `node:sqlite` and a virtual clock.
 *
 * Methods that customers reach take their credential first (the SHA-256 of an API key; some a client token's claims as
 * well) and refuse before anything else. What is
 * volatile (progress, places in the line) is lost with the process; nothing depends on it.
 */
export class AccountCore {
  #ports: AccountPorts;
  #context!: AccountContext;
  #waker!: Waker;
  #desk!: AccountDesk;
  #clients!: ClientDesk;
  #created: boolean;
  #live = new Map<string, Liveness>();

  constructor(ports: AccountPorts) {
    this.#ports = ports;
    this.#created = exists(ports.storage);
    if (this.#created) migrate(ports.storage);
    this.#become(
      this.#created ? storedAccountId(ports.storage) : (closedAccountId(ports.storage) ?? ""),
    );
  }

  /** Creates the account `id`; creating it again changes nothing. */
  create(id: string, webhookSecret: string): Account {
    if (!this.#created) {
      this.#become(id);
      migrate(this.#context.storage);
      this.#context.storage.exec(
        "INSERT INTO account (id, created_at, webhook_secret) VALUES (?, ?, ?)",
        id,
        this.#context.now(),
        webhookSecret,
      );
      this.#created = true;
      fillTestCredits(this.#context);
    }
    return toAccount(this.#context);
  }

  /** Deletes the account and everything in it; nothing knows its keys from now on. */
  close(): Result<readonly WorkMessage[], Refusal> {
    return this.#known(() => {
      const messages = closeAccount(this.#context);
      this.#created = false;
      for (const { edit } of messages.filter((one) => one.type === "release")) this.#ended(edit);
      return ok(this.#changed(messages));
    });
  }

  /** The account for operators; null when it was never created. */
  describe(): Account | null {
    return this.#created ? toAccount(this.#context) : null;
  }

  /** What operators, exports and reports ask of the account. */
  get desk(): AccountDesk {
    return this.#desk;
  }

  /** What is asked for apps: client tokens and uploads. */
  get clients(): ClientDesk {
    return this.#clients;
  }

  account(keyHash: string): Result<Account, Refusal> {
    return this.#for(keyHash, () => ok(toAccount(this.#context)));
  }

  ledger(keyHash: string, limit: number, before?: number): Result<LedgerEntry[], Refusal> {
    return this.#for(keyHash, () => ok(ledger.entries(this.#context, limit, before)));
  }

  webhookSecret(keyHash: string): Result<string, Refusal> {
    return this.#for(keyHash, () => ok(this.#webhookSecret()));
  }

  addKey(minted: keys.MintedKey, name: string): Result<Key, Refusal> {
    return this.#known(() => keys.addKey(this.#context, minted, name));
  }

  listKeys(): Result<Key[], Refusal> {
    return this.#known(() => ok(keys.listKeys(this.#context)));
  }

  revokeKey(id: string): Result<Key, Refusal> {
    return this.#known(() => keys.revokeKey(this.#context, id));
  }

  authorize(
    credential: Credential,
    edit: string,
    idempotencyKey: string | null,
  ): Result<null, Refusal> {
    return this.#for(credential, () =>
      this.#limited(authorize(this.#context, { credential, edit, idempotencyKey })),
    );
  }

  abandon(edit: string, idempotencyKey: string | null): boolean {
    return this.#created && abandon(this.#context, edit, idempotencyKey);
  }

  accept(request: AcceptRequest): Result<AcceptedEdit, Refusal> {
    return this.#for(request.credential, () => {
      fillTestCredits(this.#context);
      const accepted = this.#limited(accept(this.#context, request));
      if (!accepted.ok) return accepted;
      const { row, replayed, messages } = accepted.value;
      const limits = limitsOf(this.#context);
      return ok({ edit: this.#edit(row), replayed, messages, limits });
    });
  }

  edit(credential: Credential, id: string): Result<Edit, Refusal> {
    return this.#for(credential, () => {
      const found = visibleEdit(this.#context, id, endUserOf(credential));
      return found.ok ? ok(this.#edit(found.value)) : found;
    });
  }

  edits(
    credential: Credential,
    query: { limit: number; before?: string | undefined; status?: EditStatus | undefined },
  ): Result<EditResources, Refusal> {
    return this.#for(credential, () => {
      const page = listEdits(this.#context, { ...query, endUser: endUserOf(credential) });
      return ok({ data: page.rows.map((row) => this.#edit(row)), next: page.next });
    });
  }

  /** The attempt whose preview shows the edit now. */
  previewedAttempt(credential: Credential, id: string): Result<number, Refusal> {
    return this.#for(credential, () => previewedAttempt(this.#context, id, endUserOf(credential)));
  }

  cancel(credential: Credential, id: string): Result<CanceledEdit, Refusal> {
    return this.#for(credential, () => {
      const canceled = this.#changed(cancelEdit(this.#context, id, endUserOf(credential)));
      if (!canceled.ok) return canceled;
      this.#ended(canceled.value.row.id);
      return ok({ edit: this.#edit(canceled.value.row), messages: canceled.value.messages });
    });
  }

  remove(keyHash: string, id: string): Result<readonly WorkMessage[], Refusal> {
    return this.#for(keyHash, () => this.#changed(deleteEdit(this.#context, id)));
  }

  claim(edit: string, attempt?: number): attempts.Claim | attempts.Unclaimed {
    if (!this.#created) return "over";
    const claimed = this.#changed(attempts.claim(this.#context, edit, attempt));
    if (typeof claimed === "string") return claimed;
    this.#live.delete(edit);
    return claimed.claim;
  }

  /** Notes that a queued edit waits for a slot at `position` (1 is next); says where the edit is. */
  wait(edit: string, position: number): attempts.Stage {
    if (!this.#created) return "over";
    const stage = this.#changed(attempts.wait(this.#context, edit));
    if (stage === "queued") this.#moved(edit, { queuePosition: position });
    return stage;
  }

  started(edit: string, attempt: number, prediction: string): boolean {
    return this.#created && attempts.started(this.#context, edit, attempt, prediction);
  }

  busy(edit: string, attempt: number): readonly WorkMessage[] {
    if (!this.#created) return [];
    return this.#advanced(attempts.busy(this.#context, edit, attempt));
  }

  report(
    edit: string,
    attempt: number,
    news: attempts.Report,
    progress?: number,
  ): readonly WorkMessage[] {
    if (!this.#created) return [];
    const change = attempts.report(this.#context, edit, attempt, news);
    // The fence holds back an older attempt's progress too, and what comes after the end.
    const current = change?.row.status === "processing" && change.row.attempt === attempt;
    if (current && progress !== undefined) this.#moved(edit, { progress });
    return this.#advanced(change);
  }

  attempt(edit: string, attempt: number): attempts.AttemptRecord | null {
    return this.#created ? attempts.attemptRecord(this.#context, edit, attempt) : null;
  }

  beginDelivery(id: string): deliveries.DeliveryTask | null {
    if (!this.#created) return null;
    return this.#changed(deliveries.beginDelivery(this.#context, id));
  }

  /** Records a try; returns what may be sent next. */
  finishDelivery(
    id: string,
    outcome: deliveries.DeliveryOutcome,
    jitter: number,
  ): readonly WorkMessage[] {
    if (!this.#created) return [];
    return this.#changed(deliveries.finishDelivery(this.#context, id, outcome, jitter));
  }

  /** Hands out what is due; the alarm, the queue and the cron all come here. */
  wake(): WorkMessage[] {
    this.#waker.woken(this.#context.now());
    if (this.#created) tellLateness(this.#context);
    const messages = this.#created ? takeDue(this.#context) : takeClosing(this.#context);
    for (const message of messages) {
      if (message.type === "release") this.#ended(message.edit);
    }
    return this.#changed(messages);
  }

  /** What the alarm does: hands what is due to the queue. Throws where that fails; the alarm then comes again. */
  async alarm(send: (message: WorkMessage) => Promise<void>): Promise<void> {
    try {
      for (const message of this.wake()) await send(message);
    } catch (error) {
      const { account, raise } = this.#context;
      raise("alarm.failed", { account, reason: describeError(error) });
      throw error;
    }
  }

  #become(account: string): void {
    this.#context = this.#ports.context(account);
    this.#waker = new Waker(account, this.#ports.nets);
    const access: DeskAccess = {
      context: this.#context,
      known: (work) => this.#known(work),
      caller: (credential, work) => this.#for(credential, work),
      changed: (value) => this.#changed(value),
      created: () => this.#created,
      edit: (row) => this.#edit(row),
      forgetWake: () => this.#waker.woken(Infinity),
    };
    this.#desk = new AccountDesk(access);
    this.#clients = new ClientDesk(access);
  }

  #advanced(change: Advance | null): readonly WorkMessage[] {
    if (change === null) return [];
    if (isTerminal(change.row.status)) this.#ended(change.row.id);
    return this.#changed(change.messages);
  }

  #ended(edit: string): void {
    this.#live.delete(edit);
    this.#ports.ended(edit);
  }

  #moved(edit: string, live: Liveness): void {
    this.#live.set(edit, live);
    this.#ports.moved(edit, live);
  }

  #changed<T>(value: T): T {
    const now = this.#context.now();
    const due = this.#created ? nextDueAt(this.#context) : closingDueAt(this.#context);
    if (this.#created || due !== null) this.#ports.background(this.#waker.arm(due, now));
    else if (this.#context.account !== "") this.#ports.background(this.#waker.rest());
    return value;
  }

  /** A create's answer: a refusal tells the limits too. */
  #limited<T>(result: Result<T, Refusal>): Result<T, Refusal> {
    const answer = this.#changed(result);
    return answer.ok ? answer : err({ ...answer.problem, limits: limitsOf(this.#context) });
  }

  #for<T>(credential: Credential, work: () => Result<T, Refusal>): Result<T, Refusal> {
    if (!this.#created) return err(keys.unknownKey);
    const known = checkCredential(this.#context, credential);
    return known.ok ? work() : known;
  }

  #known<T>(work: () => Result<T, Refusal>): Result<T, Refusal> {
    if (this.#created) return work();
    return err({ code: "account_not_found", detail: "There is no account of this id." });
  }

  #edit(row: EditRow): Edit {
    return toEdit(this.#context, row, this.#live.get(row.id));
  }

  #webhookSecret(): string {
    const [row] = this.#context.storage.exec<{ webhook_secret: string }>(
      "SELECT webhook_secret FROM account",
    );
    if (row === undefined) throw new Error("the account row is missing");
    return row.webhook_secret;
  }
}
