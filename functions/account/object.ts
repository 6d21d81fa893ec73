import { DurableObject } from "cloudflare:workers";
import type { Account, Key, LedgerEntry } from "../../schemas/account.ts";
import type { Edit, EditStatus } from "../../schemas/edit.ts";
import type { Upload } from "../../schemas/upload.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { setWake } from "../directory/accounts.ts";
import { readConfiguration } from "../env.ts";
import type { Refusal } from "../errors/refusal.ts";
import { log } from "../log.ts";
import { newId } from "../keys/ids.ts";
import type { Limits } from "../quotas/limits.ts";
import type { Result } from "../result.ts";
import type { AcceptRequest } from "./accept.ts";
import type { ArchiveBatch } from "./archive.ts";
import type { AttemptRecord, Claim, Report, Stage } from "./attempts.ts";
import type { AccountContext } from "./context.ts";
import type { AcceptedEdit, CanceledEdit, EditResources } from "./answers.ts";
import { AccountCore } from "./core.ts";
import type { DeliveryOutcome, DeliveryTask } from "./deliveries.ts";
import { durableStorage } from "./durable-storage.ts";
import { isTerminal } from "./edit-machine.ts";
import type { EditEventPage, EventCursor, EventPage } from "./event-log.ts";
import type { KeyringRequest } from "./keyring.ts";
import type { MintedKey } from "./keys.ts";
import type { ExportCursor, ExportPage } from "./export.ts";
import type { Posting } from "./ledger.ts";
import { signedLinks } from "./links.ts";
import type { Quotas } from "./quotas.ts";
import type { UploadedImage } from "./uploads.ts";
import type { UsageDay } from "./usage.ts";
import { StreamHub, type Subscription } from "./stream-hub.ts";
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
    this.#core = new AccountCore({
      storage: durableStorage(state.storage),
      context: (account) => this.#contextOf(account),
      background: (work) => state.waitUntil(work),
      ended: (edit) => this.#waiting.call(edit),
      moved: (edit, live) => this.#streams.moved(edit, live),
      nets: {
        setAlarm: (at) => state.storage.setAlarm(at),
        deleteAlarm: () => state.storage.deleteAlarm(),
        remind: async (account, delaySeconds) => {
          await env.WORK.send({ v: 1, type: "wake", account }, { delaySeconds });
        },
        record: (account, at) => setWake(env.DIRECTORY, account, at),
      },
    });
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

  authorize(keyHash: string, edit: string, idempotencyKey: string | null): Result<null, Refusal> {
    return this.#core.authorize(keyHash, edit, idempotencyKey);
  }

  abandon(edit: string, idempotencyKey: string | null): boolean {
    return this.#core.abandon(edit, idempotencyKey);
  }

  accept(request: AcceptRequest): Result<AcceptedEdit, Refusal> {
    return this.#core.accept(request);
  }

  edit(keyHash: string, id: string): Result<Edit, Refusal> {
    return this.#core.edit(keyHash, id);
  }

  edits(
    keyHash: string,
    query: { limit: number; before?: string | undefined; status?: EditStatus | undefined },
  ): Result<EditResources, Refusal> {
    return this.#core.edits(keyHash, query);
  }

  previewedAttempt(keyHash: string, id: string): Result<number, Refusal> {
    return this.#core.previewedAttempt(keyHash, id);
  }

  /** The edit once it has ended, or as it is after `ms` milliseconds. */
  async awaitEdit(keyHash: string, id: string, ms: number): Promise<Result<Edit, Refusal>> {
    const current = this.edit(keyHash, id);
    if (!current.ok || isTerminal(current.value.status)) return current;
    await this.#waiting.wait(id, ms);
    return this.edit(keyHash, id);
  }

  cancel(keyHash: string, id: string): Result<CanceledEdit, Refusal> {
    return this.#core.cancel(keyHash, id);
  }

  remove(keyHash: string, id: string): Result<readonly WorkMessage[], Refusal> {
    return this.#core.remove(keyHash, id);
  }

  createUpload(keyHash: string, origin: string): Result<Upload, Refusal> {
    return this.#core.createUpload(keyHash, origin);
  }

  upload(keyHash: string, id: string, origin: string): Result<Upload, Refusal> {
    return this.#core.upload(keyHash, id, origin);
  }

  completeUpload(id: string, image: UploadedImage, origin: string): Result<Upload, Refusal> {
    return this.#core.completeUpload(id, image, origin);
  }

  claim(edit: string): Claim | "running" | "over" {
    return this.#core.claim(edit);
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
    await this.#core.alarm(async (message) => {
      await this.env.WORK.send(message);
    });
  }

  keyring(keyHash: string, request: KeyringRequest): Result<readonly Key[], Refusal> {
    const answer = this.#core.desk.keyring(keyHash, request);
    if (request.type === "revoke") this.#streams.review();
    return answer;
  }

  limits(keyHash: string): Result<Limits, Refusal> {
    return this.#core.desk.limits(keyHash);
  }

  events(
    keyHash: string,
    query: { readonly after: EventCursor; readonly limit: number },
  ): Result<EventPage, Refusal> {
    return this.#core.desk.events(keyHash, query);
  }

  editEvents(
    keyHash: string,
    edit: string,
    query: { readonly after: number | null; readonly limit: number },
  ): Result<EditEventPage, Refusal> {
    return this.#core.desk.editEvents(keyHash, edit, query);
  }

  /** Lets a reader of events in: 101 with its WebSocket, or the refusal as JSON. No other request comes here. */
  override fetch(request: Request): Response {
    const subscription = JSON.parse(request.headers.get("subscription") ?? "null") as Subscription;
    const pair = new WebSocketPair();
    const refusal = this.#streams.open(subscription, pair);
    if (refusal !== null) return Response.json(refusal);
    return new Response(null, { status: 101, webSocket: pair[0] });
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

  #contextOf(account: string): AccountContext {
    const configuration = readConfiguration(this.env);
    return {
      account,
      storage: durableStorage(this.ctx.storage),
      now: Date.now,
      newId: (prefix) => newId(prefix, Date.now(), (bytes) => crypto.getRandomValues(bytes)),
      appended: (sequence) => this.#streams.appended(sequence),
      log: (event, ids) => log("info", event, { ...ids }),
      links: signedLinks(account, configuration.SIGNING_KEYS),
      settings: {
        startingLease: configuration.STARTING_LEASE_SECONDS * 1000,
        processingLease: configuration.PROCESSING_LEASE_SECONDS * 1000,
        editDuration: configuration.EDIT_SECONDS * 1000,
      },
    };
  }
}
