import type { PictureRole } from "../../schemas/edit.ts";

/**
 * Where everything lies in the one bucket. Nothing else builds an R2 key; `docs/storage.md` describes the layout.
 */

/** Everything an edit was given. */
export const inputsPrefix = (account: string, edit: string) => `inputs/${account}/${edit}/`;

/** A staged request body, or a picture that was fetched or decoded from a `data:` URI. */
export const inputKey = (account: string, edit: string, part: "request" | PictureRole) =>
  `${inputsPrefix(account, edit)}${part}`;

/** A piece of a body whose length is not known yet; it lies beside what it becomes a part of. */
export const pieceKey = (key: string, piece: number) => `${key}.piece/${piece}`;

/** Everything an edit's attempts brought. */
const outputsPrefix = (account: string, edit: string) => `outputs/${account}/${edit}/`;

/** One output of an attempt. */
export const outputKey = (account: string, edit: string, attempt: number, index: number) =>
  `${outputsPrefix(account, edit)}${attempt}/${index}`;

/** A part of an output, from 1, until they are put together. */
export const partKey = (output: string, number: number) => `${output}.part/${number}`;

/** The result of an attempt, written last. */
export const manifestKey = (account: string, edit: string, attempt: number) =>
  `${outputsPrefix(account, edit)}${attempt}/manifest.json`;

/** The newest preview of an attempt. */
export const previewKey = (account: string, edit: string, attempt: number) =>
  `previews/${account}/${edit}/${attempt}`;

/** A picture sent ahead of its edit. */
export const uploadKey = (account: string, upload: string) => `uploads/${account}/${upload}`;

/** The form that an upload is sent in by `POST /v1/files`, until the picture is taken out of it. */
export const uploadFormKey = (account: string, upload: string) =>
  `${uploadKey(account, upload)}-form`;

/** The marks of all accounts. */
export const accountMarksPrefix = "accounts/";

/** The mark of an account, from which the directory can be rebuilt. */
export const accountMarkKey = (account: string) => `${accountMarksPrefix}${account}`;

/** Edits, deliveries and ledger entries that have left an account's tables. */
export const archivePrefix = (account: string) => `archive/${account}/`;

/** One batch of them, named by its last edit, or its last delivery where it has no edit. */
export const archiveKey = (account: string, last: string) =>
  `${archivePrefix(account)}${last}.ndjson`;

/** Ledger entries of one day that have left an account's tables, up to the entry `last`. */
export const ledgerArchiveKey = (account: string, day: string, last: number) =>
  `${archivePrefix(account)}ledger/${day}-${String(last).padStart(16, "0")}.ndjson`;

/** Every prefix that holds bytes of an account; its mark stays. */
export const accountPrefixes = (account: string) => [
  `inputs/${account}/`,
  `outputs/${account}/`,
  `previews/${account}/`,
  `uploads/${account}/`,
  archivePrefix(account),
];

/** Every prefix that holds bytes of an edit. */
export const editPrefixes = (account: string, edit: string) => [
  inputsPrefix(account, edit),
  outputsPrefix(account, edit),
  `previews/${account}/${edit}/`,
];
