import type { EventType } from "../../schemas/webhook-event.ts";
import type { Alert } from "../alerts.ts";
import type { LogFields } from "../log.ts";
import type { Storage } from "./storage.ts";

/** Where the parts of an edit are reached; signing happens here, so that no URL is stored without its signature. */
export interface Links {
  self(origin: string, edit: string): string;
  cancel(origin: string, edit: string): string;
  events(origin: string, edit: string): string;
  preview(origin: string, edit: string): string;
  /** The signed address of one output, valid until `expires` (seconds since the epoch). */
  output(origin: string, edit: string, attempt: number, index: number, expires: number): string;
  /**
   * The signed address that takes an upload's bytes, or (from 1) a part of them, valid until `expires` (seconds since the
   * epoch); `bytes` is the length, where it is known.
   */
  upload(
    origin: string,
    upload: string,
    expires: number,
    part: { readonly number: number; readonly bytes: number | null },
  ): string;
}

/** Durations of an edit's life, in milliseconds. */
interface AccountSettings {
  readonly startingLease: number;
  readonly processingLease: number;
  readonly editDuration: number;
}

/** What a line about an event is found by. */
interface EventIds {
  readonly account: string;
  readonly edit?: string;
  readonly attempt?: number;
  readonly endpoint?: string;
}

/** What the account core is given to work with: its database, the time, fresh ids, links and a log. Nothing else. */
export interface AccountContext {
  readonly account: string;
  readonly storage: Storage;
  readonly now: () => number;
  readonly newId: (prefix: "edit" | "upl" | "evt" | "dlv" | "key" | "whe") => string;
  readonly links: Links;
  /** Takes one line for each event of the account's log. */
  readonly log: (event: EventType, ids: EventIds) => void;
  /** Told that the event log got this sequence; the transaction that wrote it is still open and may be rolled back. */
  readonly appended: (sequence: number) => void;
  /** Takes what an operator is to be told of. */
  readonly raise: (alert: Alert, fields: LogFields) => void;
  readonly settings: AccountSettings;
}

/** Spans that customers are told about, in milliseconds. */
export const spans = {
  maxAttempts: 3,
  stagingLease: 5 * 60_000,
  idempotency: 24 * 3_600_000,
  outputUrl: 3_600_000,
  retention: 24 * 3_600_000,
  events: 7 * 24 * 3_600_000,
  previousSecret: 24 * 3_600_000,
  upload: 24 * 3_600_000,
  archived: 30 * 24 * 3_600_000,
} as const;

/**
 * The longest that what a signed URL of an edit takes arrives after the edit's deadline, in milliseconds: the URL's hour,
 * the time that a body may take (`BODY_SECONDS`, at most 900), and a minute to spare.
 */
export const urlsOutlive = 3_600_000 + 900_000 + 60_000;
