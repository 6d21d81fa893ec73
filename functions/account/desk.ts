import type { Account, Key, LedgerEntry } from "../../schemas/account.ts";
import type { Edit } from "../../schemas/edit.ts";
import type { EditPreview } from "../../schemas/event-stream.ts";
import type { Refusal } from "../errors/refusal.ts";
import type { Limits } from "../quotas/limits.ts";
import { ok, type Result } from "../result.ts";
import type { EditRecord, EditRecords } from "./answers.ts";
import { archiveBatch, finishArchive, type ArchiveBatch } from "./archive.ts";
import type { AccountContext } from "./context.ts";
import { endUserOf, type Credential } from "./credential.ts";
import { visibleEdit } from "./deletion.ts";
import { listEdits } from "./edit-list.ts";
import type { EditRow, SettledParameters } from "./edit-row.ts";
import {
  readEditEvents,
  readEvents,
  storedEvents,
  type EditEventPage,
  type EventCursor,
  type EventPage,
  type StoredEvent,
} from "./event-log.ts";
import { exportPage, type ExportCursor, type ExportPage } from "./export.ts";
import { runKeyring, type KeyringRequest } from "./keyring.ts";
import { finishLedgerPart, ledgerPart } from "./ledger-days.ts";
import { post, type Posting } from "./ledger.ts";
import { setLowBalance } from "./low-balance.ts";
import { freshPreview } from "./preview.ts";
import { limitsOf, setQuotas, type Quotas } from "./quotas.ts";
import { toAccount } from "./resource.ts";
import type { Subscription } from "./stream-hub.ts";
import { resume, suspend } from "./suspension.ts";
import { grantTestKey, type TestKeyGrant, type TestKeyRequest } from "./test-account.ts";
import { reportAgain, unreportedUsage, usageReported, type UsageDay } from "./usage.ts";
import { runWebhookProcedure, type Done, type WebhookProcedures } from "./webhooks.ts";

/** How the desk reaches the account that it belongs to. */
export interface DeskAccess {
  readonly context: AccountContext;
  /** Runs what needs an account that was created. */
  readonly known: <T>(work: () => Result<T, Refusal>) => Result<T, Refusal>;
  /** Runs what the holder of a credential may ask for. */
  readonly caller: <T>(
    credential: Credential,
    work: () => Result<T, Refusal>,
  ) => Result<T, Refusal>;
  readonly created: () => boolean;
  /** An edit as customers see it now. */
  readonly edit: (row: EditRow) => Edit;
  /** Has the next deadline written to every net again. */
  readonly forgetWake: () => void;
  /** Sees to it that the account wakes for what has changed. */
  readonly changed: <T>(value: T) => T;
}

/** What operators, exports, reports and webhook endpoints ask of an account, beside its edits. */
export class AccountDesk {
  #access: DeskAccess;

  constructor(access: DeskAccess) {
    this.#access = access;
  }

  /** The account's limits and what is left of them. */
  limits(credential: Credential): Result<Limits, Refusal> {
    const { context, caller } = this.#access;
    return caller(credential, () => ok(limitsOf(context)));
  }

  /** An edit with what it was asked. */
  record(keyHash: string, id: string): Result<EditRecord, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => {
      const found = visibleEdit(context, id);
      return found.ok ? ok(this.#record(found.value)) : found;
    });
  }

  /** A page of the account's edits, each with what it was asked. */
  records(
    keyHash: string,
    query: { limit: number; before?: string | undefined },
  ): Result<EditRecords, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => {
      const { rows, next } = listEdits(context, query);
      return ok({ data: rows.map((row) => this.#record(row)), next });
    });
  }

  /** A part of the event log. */
  events(
    keyHash: string,
    query: { readonly after: EventCursor; readonly limit: number },
  ): Result<EventPage, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => readEvents(context, query));
  }

  /** A part of one edit's events. */
  editEvents(
    credential: Credential,
    edit: string,
    query: { readonly after: number | null; readonly limit: number },
  ): Result<EditEventPage, Refusal> {
    const { context, caller } = this.#access;
    const endUser = endUserOf(credential);
    return caller(credential, () => readEditEvents(context, edit, { ...query, endUser }));
  }

  /** Whether a reader may follow the log, or one edit's part of it. */
  admitReader({ credential, edit }: Subscription): Result<unknown, Refusal> {
    const { context, caller } = this.#access;
    const endUser = endUserOf(credential);
    return caller<unknown>(credential, () =>
      edit === null ? ok(null) : visibleEdit(context, edit, endUser),
    );
  }

  /** Those of these events that were written. */
  storedEvents(sequences: readonly number[]): readonly StoredEvent[] {
    const { context, created } = this.#access;
    return created() ? storedEvents(context, sequences) : [];
  }

  /** What the holder of a key asks about the account's keys. */
  keyring(keyHash: string, request: KeyringRequest): Result<readonly Key[], Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => runKeyring(context, keyHash, request));
  }

  /** Where the holder of a key makes a test key. */
  testKey(keyHash: string, request: TestKeyRequest): Result<TestKeyGrant, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => grantTestKey(context, keyHash, request));
  }

  inForce(credential: Credential): boolean {
    return this.#access.caller(credential, () => ok(null)).ok;
  }

  /** What is told of a stored preview; null where it shows nothing that runs. */
  preview(edit: string, attempt: number): EditPreview | null {
    const { context, created } = this.#access;
    return created() ? freshPreview(context, edit, attempt) : null;
  }

  /** Sets when the account is told of a low balance; null for as usual. */
  setLowBalance(keyHash: string, threshold: number | null): Result<Account, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => {
      setLowBalance(context, threshold);
      return ok(toAccount(context));
    });
  }

  /** Carries out one of the procedures of `webhooks.ts`. */
  webhooks<Name extends keyof WebhookProcedures>(
    keyHash: string,
    name: Name,
    input: WebhookProcedures[Name][0],
  ): Result<Done<WebhookProcedures[Name][1]>, Refusal> {
    const { context, caller, changed } = this.#access;
    return caller(keyHash, () => {
      const done = runWebhookProcedure(context, name, input);
      return done.ok && done.value.changed ? changed(done) : done;
    });
  }

  /** Posts money from outside, once for each external id. */
  post(posting: Posting): Result<LedgerEntry, Refusal> {
    const { context, known, changed } = this.#access;
    return known(() => changed(post(context, posting)));
  }

  /** Sets what the account is allowed, from the next create on. */
  setQuotas(quotas: Quotas): Result<Account, Refusal> {
    const { context, known } = this.#access;
    return known(() => {
      setQuotas(context, quotas);
      return ok(toAccount(context));
    });
  }

  /** Accepts nothing new from now on; `reason` is told with every refusal. */
  suspend(reason: string): Result<Account, Refusal> {
    const { context, known, changed } = this.#access;
    return known(() => {
      changed(suspend(context, reason));
      return ok(toAccount(context));
    });
  }

  resume(): Result<Account, Refusal> {
    const { context, known, changed } = this.#access;
    return known(() => {
      changed(resume(context));
      return ok(toAccount(context));
    });
  }

  /** Some lines of the account's export, for the holder of a key, or (null) for an operator. */
  exportPage(keyHash: string | null, cursor: ExportCursor | null): Result<ExportPage, Refusal> {
    const { context, known, caller } = this.#access;
    const page = () => ok(exportPage(context, cursor));
    return keyHash === null ? known(page) : caller(keyHash, page);
  }

  /** The text of the batch that is to be archived; null when it was put away already. */
  archiveBatch(key: string): ArchiveBatch | null {
    const { context, created } = this.#access;
    return created() ? (archiveBatch(context, key) ?? ledgerPart(context, key)) : null;
  }

  /** Lets go of a batch that lies in R2 now. */
  finishArchive(key: string): void {
    const { context, created, changed } = this.#access;
    if (!created()) return;
    finishArchive(context, key);
    changed(finishLedgerPart(context, key));
  }

  unreportedUsage(): UsageDay[] {
    const { context, created } = this.#access;
    return created() ? unreportedUsage(context) : [];
  }

  usageReported(days: readonly UsageDay[]): void {
    const { context, created, changed } = this.#access;
    if (created()) changed(usageReported(context, days));
  }

  /** Has everything that the directory knows of the account told again; null when there is no account. */
  recount(): Account["status"] | null {
    const { context, created, changed, forgetWake } = this.#access;
    if (!created()) return null;
    reportAgain(context);
    forgetWake();
    return changed(toAccount(context).status);
  }

  #record(row: EditRow): EditRecord {
    const parameters = JSON.parse(row.parameters) as SettledParameters;
    return { edit: this.#access.edit(row), parameters };
  }
}
