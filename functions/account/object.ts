import { DurableObject } from "cloudflare:workers";
import type { Account, Key, LedgerEntry } from "../../schemas/account.ts";
import type { Edit, EditStatus } from "../../schemas/edit.ts";
import type { Upload, UploadRequest } from "../../schemas/upload.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import type { Limits } from "../quotas/limits.ts";
import type { Result } from "../result.ts";
import { sendWork } from "../services.ts";
import type { AcceptRequest } from "./accept.ts";
import type { ArchiveBatch } from "./archive.ts";
import type { AttemptRecord, Claim, Report, Stage, Unclaimed } from "./attempts.ts";
import type { Credential } from "./credential.ts";
import type {
  AcceptedEdit,
  CanceledEdit,
  EditRecord,
  EditRecords,
  EditResources,
} from "./answers.ts";
import { AccountCore } from "./core.ts";
import type { DeliveryOutcome, DeliveryTask } from "./deliveries.ts";
import { isTerminal } from "./edit-machine.ts";
import type { EditEventPage, EventCursor, EventPage } from "./event-log.ts";
import type { KeyringRequest } from "./keyring.ts";
import type { FileRecord, FileRecords } from "./files.ts";
import type { MintedKey } from "./keys.ts";
import type { ExportCursor, ExportPage } from "./export.ts";
import type { Posting } from "./ledger.ts";
import { portsOf } from "./object-ports.ts";
import type { Quotas } from "./quotas.ts";
import type { Completion, StoredPart } from "./upload-parts.ts";
import type { Signing } from "./upload-row.ts";
import type { UploadedImage } from "./uploads.ts";
import type { UsageDay } from "./usage.ts";
import { StreamHub } from "./stream-hub.ts";
import type { TestKeyGrant, TestKeyRequest } from "./test-account.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { Done, WebhookProcedures } from "./webhooks.ts";

/**
 * One account as a Durable Object: the core with workerd's SQLite, clock, ids and nets behind its ports. Methods are
 * the core's own, reached by RPC; what they promise is said there.
 */
export class AccountObject extends DurableObject<Env> {
  #core: AccountCore;
  #waiting = new WaitingRoom();
  #streams: StreamHub;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#streams = new StreamHub(state, () => this.#core.desk);
    this.#core = new AccountCore(portsOf(state, env, this.#streams, this.#waiting));
  }

  create(id: string, webhookSecret: string): Account {
    return this.#core.create(id, webhookSecret);
  }

  describe(): Account | null {
    return this.#core.describe();
  }

  account(keyHash: string): Result<Account, Refusal> {
    return this.#core.account(keyHash);
  }

  ledger(keyHash: string, limit: number, before?: number): Result<LedgerEntry[], Refusal> {
    return this.#core.ledger(keyHash, limit, before);
  }

  webhookSecret(keyHash: string): Result<string, Refusal> {
    return this.#core.webhookSecret(keyHash);
  }

  addKey(minted: MintedKey, name: string): Result<Key, Refusal> {
    return this.#core.addKey(minted, name);
  }

  listKeys(): Result<Key[], Refusal> {
    return this.#core.listKeys();
  }

  revokeKey(id: string): Result<Key, Refusal> {
    const revoked = this.#core.revokeKey(id);
    this.#streams.review();
    return revoked;
  }

  authorize(
    credential: Credential,
    edit: string,
    idempotencyKey: string | null,
  ): Result<null, Refusal> {
    return this.#core.authorize(credential, edit, idempotencyKey);
  }

  abandon(edit: string, idempotencyKey: string | null): boolean {
    return this.#core.abandon(edit, idempotencyKey);
  }

  accept(request: AcceptRequest): Result<AcceptedEdit, Refusal> {
    return this.#core.accept(request);
  }

  edit(credential: Credential, id: string): Result<Edit, Refusal> {
    return this.#core.edit(credential, id);
  }

  edits(
    credential: Credential,
    query: { limit: number; before?: string | undefined; status?: EditStatus | undefined },
  ): Result<EditResources, Refusal> {
    return this.#core.edits(credential, query);
  }

  previewedAttempt(credential: Credential, id: string): Result<number, Refusal> {
    return this.#core.previewedAttempt(credential, id);
  }

  /** The edit once it has ended, or as it is after `ms` milliseconds. */
  async awaitEdit(credential: Credential, id: string, ms: number): Promise<Result<Edit, Refusal>> {
    const current = this.edit(credential, id);
    if (!current.ok || isTerminal(current.value.status)) return current;
    await this.#waiting.wait(id, ms);
    return this.edit(credential, id);
  }

  cancel(credential: Credential, id: string): Result<CanceledEdit, Refusal> {
    return this.#core.cancel(credential, id);
  }

  remove(keyHash: string, id: string): Result<readonly WorkMessage[], Refusal> {
    return this.#core.remove(keyHash, id);
  }

  mintingKey(keyHash: string): Result<string, Refusal> {
    return this.#core.clients.mintingKey(keyHash);
  }

  createUpload(
    credential: Credential,
    request: UploadRequest,
    origin: string,
  ): Result<Upload, Refusal> {
    return this.#core.clients.createUpload(credential, request, origin);
  }

  upload(credential: Credential, id: string, signing: Signing): Result<Upload, Refusal> {
    return this.#core.clients.upload(credential, id, signing);
  }

  file(keyHash: string, id: string, origin: string): Result<FileRecord, Refusal> {
    return this.#core.clients.file(keyHash, id, origin);
  }

  files(
    keyHash: string,
    query: { limit: number; before?: string | undefined },
    origin: string,
  ): Result<FileRecords, Refusal> {
    return this.#core.clients.files(keyHash, query, origin);
  }

  removeUpload(keyHash: string, id: string): Result<readonly WorkMessage[], Refusal> {
    return this.#core.clients.removeUpload(keyHash, id);
  }

  uploadCompletion(credential: Credential, id: string): Result<Completion | null, Refusal> {
    return this.#core.clients.completion(credential, id);
  }

  completeUpload(id: string, image: UploadedImage, origin: string): Result<Upload, Refusal> {
    return this.#core.clients.completeUpload(id, image, origin);
  }

  partTarget(upload: string): Result<string | null, Refusal> {
    return this.#core.clients.partTarget(upload);
  }

  beginParts(upload: string, multipart: string): Result<string, Refusal> {
    return this.#core.clients.beginParts(upload, multipart);
  }

  notePart(upload: string, part: StoredPart, origin: string): Result<Upload, Refusal> {
    return this.#core.clients.notePart(upload, part, origin);
  }

  startUploadOver(upload: string): void {
    this.#core.clients.startOver(upload);
  }

  claim(edit: string, attempt?: number): Claim | Unclaimed {
    return this.#core.claim(edit, attempt);
  }

  wait(edit: string, position: number): Stage {
    return this.#core.wait(edit, position);
  }

  started(edit: string, attempt: number, prediction: string): boolean {
    return this.#core.started(edit, attempt, prediction);
  }

  busy(edit: string, attempt: number): readonly WorkMessage[] {
    return this.#core.busy(edit, attempt);
  }

  report(edit: string, attempt: number, news: Report, progress?: number): readonly WorkMessage[] {
    return this.#core.report(edit, attempt, news, progress);
  }

  attempt(edit: string, attempt: number): AttemptRecord | null {
    return this.#core.attempt(edit, attempt);
  }

  beginDelivery(id: string): DeliveryTask | null {
    return this.#core.beginDelivery(id);
  }

  finishDelivery(id: string, outcome: DeliveryOutcome, jitter: number): readonly WorkMessage[] {
    return this.#core.finishDelivery(id, outcome, jitter);
  }

  webhooks<Name extends keyof WebhookProcedures>(
    keyHash: string,
    name: Name,
    input: WebhookProcedures[Name][0],
  ): Result<Done<WebhookProcedures[Name][1]>, Refusal> {
    return this.#core.desk.webhooks(keyHash, name, input);
  }

  wake(): WorkMessage[] {
    return this.#core.wake();
  }

  override async alarm(): Promise<void> {
    await this.#core.alarm((message) => sendWork(this.env.WORK, message));
  }

  keyring(keyHash: string, request: KeyringRequest): Result<readonly Key[], Refusal> {
    const answer = this.#core.desk.keyring(keyHash, request);
    if (request.type === "revoke") this.#streams.review();
    return answer;
  }

  testKey(keyHash: string, request: TestKeyRequest): Result<TestKeyGrant, Refusal> {
    return this.#core.desk.testKey(keyHash, request);
  }

  record(keyHash: string, id: string): Result<EditRecord, Refusal> {
    return this.#core.desk.record(keyHash, id);
  }

  records(
    keyHash: string,
    query: { limit: number; before?: string | undefined },
  ): Result<EditRecords, Refusal> {
    return this.#core.desk.records(keyHash, query);
  }

  limits(credential: Credential): Result<Limits, Refusal> {
    return this.#core.desk.limits(credential);
  }

  events(
    keyHash: string,
    query: { readonly after: EventCursor; readonly limit: number },
  ): Result<EventPage, Refusal> {
    return this.#core.desk.events(keyHash, query);
  }

  editEvents(
    credential: Credential,
    edit: string,
    query: { readonly after: number | null; readonly limit: number },
  ): Result<EditEventPage, Refusal> {
    return this.#core.desk.editEvents(credential, edit, query);
  }

  /** Lets a reader of events in; no other request comes here. */
  override fetch(request: Request): Response {
    return this.#streams.answer(request);
  }

  override webSocketMessage(): void {
    // Readers say nothing.
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  /** Told that a preview of an attempt was stored. */
  previewed(edit: string, attempt: number): void {
    this.#streams.previewed(edit, attempt);
  }

  setLowBalance(keyHash: string, threshold: number | null): Result<Account, Refusal> {
    return this.#core.desk.setLowBalance(keyHash, threshold);
  }

  post(posting: Posting): Result<LedgerEntry, Refusal> {
    return this.#core.desk.post(posting);
  }

  setQuotas(quotas: Quotas): Result<Account, Refusal> {
    return this.#core.desk.setQuotas(quotas);
  }

  suspend(reason: string): Result<Account, Refusal> {
    return this.#core.desk.suspend(reason);
  }

  resume(): Result<Account, Refusal> {
    return this.#core.desk.resume();
  }

  exportPage(keyHash: string | null, cursor: ExportCursor | null): Result<ExportPage, Refusal> {
    return this.#core.desk.exportPage(keyHash, cursor);
  }

  archiveBatch(key: string): ArchiveBatch | null {
    return this.#core.desk.archiveBatch(key);
  }

  finishArchive(key: string): void {
    this.#core.desk.finishArchive(key);
  }

  unreportedUsage(): UsageDay[] {
    return this.#core.desk.unreportedUsage();
  }

  usageReported(days: readonly UsageDay[]): void {
    this.#core.desk.usageReported(days);
  }

  recount(): Account["status"] | null {
    return this.#core.desk.recount();
  }

  close(): Result<readonly WorkMessage[], Refusal> {
    const closed = this.#core.close();
    this.#streams.review();
    return closed;
  }
}
