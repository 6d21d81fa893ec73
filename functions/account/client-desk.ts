import type { Upload, UploadRequest } from "../../schemas/upload.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { ok, type Result } from "../result.ts";
import { endUserOf, type Credential } from "./credential.ts";
import type { DeskAccess } from "./desk.ts";
import { getFile, listFiles, type FileRecord, type FileRecords } from "./files.ts";
import { keyInForce } from "./keys.ts";
import { checkActive } from "./suspension.ts";
import * as parts from "./upload-parts.ts";
import { removeUpload } from "./upload-removal.ts";
import type { Signing } from "./upload-row.ts";
import * as uploads from "./uploads.ts";

/** What an account is asked for apps: client tokens, and pictures sent ahead. */
export class ClientDesk {
  #access: DeskAccess;

  constructor(access: DeskAccess) {
    this.#access = access;
  }

  /** The id of the key that a client token is to be minted with, if it is in force and the account active. */
  mintingKey(keyHash: string): Result<string, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => {
      const active = checkActive(context);
      return active.ok ? keyInForce(context, keyHash) : active;
    });
  }

  createUpload(
    credential: Credential,
    request: UploadRequest,
    origin: string,
  ): Result<Upload, Refusal> {
    const { context, caller, changed } = this.#access;
    return caller(credential, () => {
      const active = checkActive(context);
      if (!active.ok) return active;
      const endUser = endUserOf(credential);
      return changed(ok(uploads.createUpload(context, { ...request, endUser, origin })));
    });
  }

  upload(credential: Credential, id: string, signing: Signing): Result<Upload, Refusal> {
    const { context, caller } = this.#access;
    return caller(credential, () => uploads.getUpload(context, id, signing, endUserOf(credential)));
  }

  /** An upload that is complete, as surfaces tell of files. */
  file(keyHash: string, id: string, origin: string): Result<FileRecord, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => getFile(context, id, origin));
  }

  files(
    keyHash: string,
    query: { readonly limit: number; readonly before?: string | undefined },
    origin: string,
  ): Result<FileRecords, Refusal> {
    const { context, caller } = this.#access;
    return caller(keyHash, () => ok(listFiles(context, query, origin)));
  }

  /** What completing an upload takes; null where it is complete already. */
  completion(credential: Credential, id: string): Result<parts.Completion | null, Refusal> {
    const { context, caller } = this.#access;
    return caller(credential, () => parts.completion(context, id, endUserOf(credential)));
  }

  removeUpload(keyHash: string, id: string): Result<readonly WorkMessage[], Refusal> {
    const { context, caller, changed } = this.#access;
    return caller(keyHash, () => changed(removeUpload(context, id)));
  }

  /** Records that an upload's bytes are there: for whoever holds its signed URL. */
  completeUpload(
    id: string,
    image: uploads.UploadedImage,
    origin: string,
  ): Result<Upload, Refusal> {
    const { context, known } = this.#access;
    return known(() => uploads.completeUpload(context, id, image, origin));
  }

  partTarget(id: string): Result<string | null, Refusal> {
    const { context, known } = this.#access;
    return known(() => parts.partTarget(context, id));
  }

  beginParts(id: string, multipart: string): Result<string, Refusal> {
    const { context, known } = this.#access;
    return known(() => parts.beginParts(context, id, multipart));
  }

  /** Notes a part that R2 has; answers with the upload, which tells what is missing. */
  notePart(id: string, part: parts.StoredPart, origin: string): Result<Upload, Refusal> {
    const { context, known } = this.#access;
    return known(() => {
      const noted = parts.notePart(context, id, part);
      return noted.ok ? uploads.getUpload(context, id, { origin }, null) : noted;
    });
  }

  startOver(id: string): void {
    const { context, created } = this.#access;
    if (created()) parts.startOver(context, id);
  }
}
