import { pictureRoles, type EditParameters, type PictureRole } from "../../schemas/edit.ts";
import type { SurfaceRecord } from "../../schemas/surface.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import { spans, type AccountContext } from "./context.ts";
import { asAllowed, checkCredential, checkSpending, endUserOf } from "./credential.ts";
import type { Credential } from "./credential.ts";
import { dispatchDelay } from "./advance.ts";
import type { EditInputs, EditRow, SettledParameters, StagedImage } from "./edit-row.ts";
import { announce } from "./events.ts";
import { fingerprintOf, leaseKey, recordedEdit, recordKey, releaseKey } from "./idempotency.ts";
import { reserve } from "./ledger.ts";
import { tellLowBalance } from "./low-balance.ts";
import { checkRoom, takeCreate } from "./quotas.ts";
import { maskRefusal } from "./mask-size.ts";
import { outputSize, sizeRefusal } from "./output-size.ts";
import { unitPrice } from "./price.ts";
import { keepUpload, usableUpload } from "./uploads.ts";

/** A picture of a new edit: staged under the edit's own keys already, or an upload sent earlier. */
export type InputSource =
  | {
      readonly from: "staged";
      readonly image: StagedImage;
      /** What identifies its content: a hash of the bytes, or the URL it was fetched from. */
      readonly identity: string;
    }
  | { readonly from: "upload"; readonly upload: string };

/** The pictures of a new edit, as its task takes them. */
export type SentPictures = Readonly<Partial<Record<PictureRole, InputSource>>>;

export interface AcceptRequest {
  readonly credential: Credential;
  readonly edit: string;
  readonly origin: string;
  readonly profile: string;
  readonly parameters: EditParameters;
  readonly pictures: SentPictures;
  /** Used when the parameters name none. */
  readonly seed: number;
  readonly idempotencyKey: string | null;
  /** The compatible surface that it came through, and what that has to remember. */
  readonly surface?: SurfaceRecord;
  /** Milliseconds until it expires; as configured where none are given. */
  readonly lifetime?: number;
}

export interface Accepted {
  readonly row: EditRow;
  /** Whether an earlier request with the same key and content made this edit. */
  readonly replayed: boolean;
  readonly messages: readonly WorkMessage[];
}

/**
 * Lets a request in before its pictures are staged: checks the credential, takes the idempotency key and notes where the
 * pictures will lie, all under a five-minute lease. Asked again for the same edit, it renews the lease.
 */
export function authorize(
  context: AccountContext,
  request: {
    readonly credential: Credential;
    readonly edit: string;
    readonly idempotencyKey: string | null;
  },
): Result<null, Refusal> {
  return context.storage.transactionSync(() => {
    const known = checkCredential(context, request.credential);
    if (!known.ok) return known;
    const taken = isStaged(context, request.edit) ? ok(null) : takeCreate(context);
    if (!taken.ok) return taken;
    const room = checkRoom(context);
    if (!room.ok) return room;
    if (request.idempotencyKey !== null) {
      const leased = leaseKey(context, request.idempotencyKey, request.edit);
      if (!leased.ok) return leased;
    }
    context.storage.exec(
      "INSERT OR REPLACE INTO stagings (edit, lease_until) VALUES (?, ?)",
      request.edit,
      context.now() + spans.stagingLease,
    );
    return ok(null);
  });
}

/**
 * Ends a staging that came to nothing. Returns whether it did: the files are the caller's to remove then, and are an
 * edit's where it was accepted.
 */
export function abandon(
  context: AccountContext,
  edit: string,
  idempotencyKey: string | null,
): boolean {
  return context.storage.transactionSync(() => {
    // The lease ends, and stays for the sweep: should the caller fail to remove the files, it does.
    context.storage.exec("UPDATE stagings SET lease_until = ? WHERE edit = ?", context.now(), edit);
    if (idempotencyKey !== null) releaseKey(context, idempotencyKey, edit);
    return findEdit(context, edit) === undefined;
  });
}

/**
 * Accepts an edit in one transaction: the edit, its idempotency record, the reservation, the event and the due
 * dispatch; or a coded refusal that leaves nothing behind.
 */
export function accept(context: AccountContext, asked: AcceptRequest): Result<Accepted, Refusal> {
  return context.storage.transactionSync(() => {
    const known = checkCredential(context, asked.credential);
    if (!known.ok) return known;
    const allowed = asAllowed(asked);
    if (!allowed.ok) return allowed;
    const request = allowed.value;
    const taken = isStaged(context, request.edit) ? ok(null) : takeCreate(context);
    if (!taken.ok) return taken;
    const pictures = resolveInputs(context, request);
    if (!pictures.ok) return pictures;
    const { inputs, identities } = pictures.value;
    const fingerprint = fingerprintOf(withSurface(request), identities);

    if (request.idempotencyKey !== null) {
      const recorded = recordedEdit(context, request.idempotencyKey, fingerprint, request.edit);
      if (!recorded.ok) return recorded;
      const row = recorded.value === null ? undefined : findEdit(context, recorded.value);
      if (row !== undefined) return ok({ row, replayed: true, messages: [] });
    }
    const room = checkRoom(context);
    if (!room.ok) return room;
    const kept = checkStaging(context, request);
    if (!kept.ok) return kept;

    const size = outputSize(inputs, request.parameters);
    const refusal = maskRefusal(inputs, request.parameters) ?? sizeRefusal(size);
    if (refusal !== null) return err(refusal);
    const price = unitPrice(request.parameters, size);
    const total = price * request.parameters.n;
    const spending = checkSpending(context, request.credential, total);
    if (!spending.ok) return spending;
    const reserved = reserve(context, request.edit, total);
    if (!reserved.ok) return reserved;

    const row = insertEdit(context, request, inputs, price);
    for (const source of Object.values(request.pictures)) {
      if (source.from === "upload") keepUpload(context, source.upload, row.deadline);
    }
    if (request.idempotencyKey !== null) {
      recordKey(context, request.idempotencyKey, fingerprint, row.id);
    }
    context.storage.exec("DELETE FROM stagings WHERE edit = ?", row.id);
    const deliveries = [...announce(context, row), ...tellLowBalance(context, row.reserved)];
    return ok({
      row,
      replayed: false,
      messages: [
        { v: 1, type: "dispatch", account: context.account, edit: row.id, attempt: 1 },
        ...deliveries,
      ],
    });
  });
}

/** An edit's row, deleted ones included. */
export function findEdit(context: AccountContext, edit: string): EditRow | undefined {
  return context.storage.exec<EditRow>("SELECT * FROM edits WHERE id = ?", edit)[0];
}

/** Whether `authorize` let the edit's request in, and took it out of the rate. */
function isStaged(context: AccountContext, edit: string): boolean {
  return context.storage.exec("SELECT 1 FROM stagings WHERE edit = ?", edit).length > 0;
}

/** Pictures that were staged for longer than their lease have been swept away. */
function checkStaging(context: AccountContext, request: AcceptRequest): Result<null, Refusal> {
  const staged = Object.values(request.pictures).some((source) => source.from === "staged");
  if (!staged) return ok(null);
  const rows = context.storage.exec("SELECT 1 FROM stagings WHERE edit = ?", request.edit);
  if (rows.length > 0) return ok(null);
  return err({
    code: "unavailable",
    detail: "The pictures took longer than five minutes to arrive. Send them to /v1/uploads first.",
    retryAfter: 1,
  });
}

function resolveInputs(
  context: AccountContext,
  request: AcceptRequest,
): Result<{ inputs: EditInputs; identities: string[] }, Refusal> {
  const inputs: Partial<Record<PictureRole, StagedImage>> = {};
  const identities: string[] = [];
  for (const role of pictureRoles) {
    const source = request.pictures[role];
    if (source === undefined) continue;
    const resolved: Result<{ image: StagedImage; identity: string }, Refusal> =
      source.from === "staged"
        ? ok(source)
        : usableUpload(context, source.upload, `/${role}`, request.credential);
    if (!resolved.ok) return resolved;
    inputs[role] = resolved.value.image;
    identities.push(resolved.value.identity);
  }
  return ok({ inputs, identities });
}

/** An edit's parameters as they are kept and compared. */
function withSurface({ parameters, surface }: AcceptRequest): EditParameters & {
  readonly surface?: SurfaceRecord;
} {
  return surface === undefined ? parameters : { ...parameters, surface };
}

function insertEdit(
  context: AccountContext,
  request: AcceptRequest,
  inputs: EditInputs,
  price: number,
): EditRow {
  const parameters: SettledParameters = {
    ...withSurface(request),
    seed: request.parameters.seed ?? request.seed,
  };
  const now = context.now();
  const [row] = context.storage.exec<EditRow>(
    `INSERT INTO edits (id, status, origin, parameters, inputs, profile, unit_price, reserved,
       dispatch_at, deadline, created_at, end_user, token)
     VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    request.edit,
    request.origin,
    JSON.stringify(parameters),
    JSON.stringify(inputs),
    request.profile,
    price,
    price * parameters.n,
    now + dispatchDelay(0),
    now + (request.lifetime ?? context.settings.editDuration),
    now,
    endUserOf(request.credential),
    typeof request.credential === "string" ? null : request.credential.id,
  );
  if (row === undefined) throw new Error("the edit was not written");
  return row;
}
