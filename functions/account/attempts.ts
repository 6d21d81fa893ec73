import type { Manifest } from "../../schemas/manifest.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Refusal } from "../errors/refusal.ts";
import { findEdit } from "./accept.ts";
import { advance, dispatchDelay, type Advance } from "./advance.ts";
import type { AccountContext } from "./context.ts";
import { isTerminal } from "./edit-machine.ts";
import type { EditInputs, EditResult, EditRow, SettledParameters } from "./edit-row.ts";

/** What a dispatcher needs to start attempt `attempt`: leased to it, fenced by the number. */
export interface Claim {
  readonly edit: string;
  readonly attempt: number;
  readonly origin: string;
  readonly parameters: SettledParameters;
  readonly inputs: EditInputs;
  /** When the whole edit ends, in milliseconds since the epoch. */
  readonly deadline: number;
  /** What else has to follow. */
  readonly messages: readonly WorkMessage[];
}

/** What is known of an attempt whose fate is being looked into. */
export interface AttemptRecord {
  readonly edit: string;
  readonly attempt: number;
  readonly prediction: string | null;
  readonly origin: string;
  readonly inputs: EditInputs;
  readonly parameters: SettledParameters;
  readonly finished: boolean;
}

/** The news that the callback side brings about an attempt. */
export type Report =
  | { readonly type: "processing" }
  | { readonly type: "manifest"; readonly manifest: Manifest }
  | { readonly type: "lost" };

/** Where an edit is between its acceptance and its end, as the pool's slots see it. */
export type Stage = "queued" | "running" | "over";

/** Why no attempt was leased: the edit is not queued, or a later attempt is due than the one that was asked for. */
export type Unclaimed = Exclude<Stage, "queued"> | "superseded";

function stageOf(context: AccountContext, row: EditRow | undefined): Stage {
  if (row === undefined || isTerminal(row.status)) return "over";
  if (row.status !== "queued") return "running";
  return row.deadline <= context.now() ? "over" : "queued";
}

/**
 * Leases the next attempt of a queued edit, where that is `wanted` or none is named (compare and set); else says why
 * not.
 */
export function claim(
  context: AccountContext,
  edit: string,
  wanted?: number,
): { claim: Claim; change: Advance } | Unclaimed {
  return context.storage.transactionSync(() => {
    const row = findEdit(context, edit);
    const stage = stageOf(context, row);
    if (row === undefined || stage !== "queued") return stage === "running" ? stage : "over";
    if (wanted !== undefined && wanted !== row.attempt + 1) return "superseded";
    const change = advance(context, row, { type: "claimed" });
    const { attempt } = change.row;
    context.storage.exec(
      "INSERT INTO attempts (edit, number, claimed_at) VALUES (?, ?, ?)",
      edit,
      attempt,
      context.now(),
    );
    return {
      claim: {
        edit,
        attempt,
        origin: row.origin,
        parameters: JSON.parse(row.parameters) as SettledParameters,
        inputs: JSON.parse(row.inputs) as EditInputs,
        deadline: row.deadline,
        messages: change.messages,
      },
      change,
    };
  });
}

/** Notes that the queued edit found no slot; it looks again later and later. Says where the edit is. */
export function wait(context: AccountContext, edit: string): Stage {
  return context.storage.transactionSync(() => {
    const row = findEdit(context, edit);
    const stage = stageOf(context, row);
    if (row === undefined || stage !== "queued") return stage;
    context.storage.exec(
      "UPDATE edits SET dispatches = dispatches + 1, dispatch_at = ? WHERE id = ?",
      context.now() + dispatchDelay(row.dispatches),
      edit,
    );
    return stage;
  });
}

/**
 * Notes the provider's name for an attempt. Returns whether the prediction is still wanted: an edit that ended
 * meanwhile has it cancelled.
 */
export function started(
  context: AccountContext,
  edit: string,
  attempt: number,
  prediction: string,
): boolean {
  return context.storage.transactionSync(() => {
    context.storage.exec(
      "UPDATE attempts SET prediction = ? WHERE edit = ? AND number = ?",
      prediction,
      edit,
      attempt,
    );
    const row = findEdit(context, edit);
    return row !== undefined && !isTerminal(row.status);
  });
}

/** Gives an attempt back that the provider had no room for. */
export function busy(context: AccountContext, edit: string, attempt: number): Advance | null {
  return feed(context, edit, attempt, (row) => advance(context, row, { type: "busy", attempt }));
}

/** Takes news of an attempt: late, repeated and reordered news included. Null when there is no such edit or attempt. */
export function report(
  context: AccountContext,
  edit: string,
  attempt: number,
  news: Report,
): Advance | null {
  return feed(context, edit, attempt, (row) => {
    switch (news.type) {
      case "processing":
        return processing(context, row, attempt);
      case "lost":
        return advance(context, row, { type: "lost", attempt });
      case "manifest":
        return finish(context, row, attempt, news.manifest);
      default:
        return news satisfies never;
    }
  });
}

/** What reconciliation has to know of an attempt. */
export function attemptRecord(
  context: AccountContext,
  edit: string,
  attempt: number,
): AttemptRecord | null {
  const row = findEdit(context, edit);
  const [known] = context.storage.exec<{ prediction: string | null }>(
    "SELECT prediction FROM attempts WHERE edit = ? AND number = ?",
    edit,
    attempt,
  );
  if (row === undefined || known === undefined) return null;
  return {
    edit,
    attempt,
    prediction: known.prediction,
    origin: row.origin,
    inputs: JSON.parse(row.inputs) as EditInputs,
    parameters: JSON.parse(row.parameters) as SettledParameters,
    finished: isTerminal(row.status),
  };
}

function feed(
  context: AccountContext,
  edit: string,
  attempt: number,
  apply: (row: EditRow) => Advance,
): Advance | null {
  return context.storage.transactionSync(() => {
    const row = findEdit(context, edit);
    if (row === undefined || attempt < 1 || attempt > row.attempt) return null;
    const change = apply(row);
    if (change.changed && change.row.status === "queued") {
      context.storage.exec(
        "UPDATE attempts SET ended_at = ?, outcome = 'lost' WHERE edit = ? AND number = ?",
        context.now(),
        edit,
        attempt,
      );
    }
    return change;
  });
}

function processing(context: AccountContext, row: EditRow, attempt: number): Advance {
  const change = advance(context, row, { type: "processing", attempt });
  if (!change.changed && row.status === "processing" && attempt === row.attempt) {
    context.storage.exec(
      "UPDATE edits SET lease_until = ? WHERE id = ?",
      context.now() + context.settings.processingLease,
      row.id,
    );
  }
  return change;
}

function finish(
  context: AccountContext,
  row: EditRow,
  attempt: number,
  manifest: Manifest,
): Advance {
  if (manifest.error !== null) {
    const refusal: Refusal = { code: manifest.error.code, detail: manifest.error.detail };
    return advance(context, row, { type: "refused", attempt, refusal });
  }
  const result: EditResult = {
    attempt,
    outputs: manifest.outputs,
    warnings: manifest.warnings,
    decoder: manifest.model.decoder,
    predictMs: Math.round(manifest.timings["total_ms"] ?? 0),
  };
  const delivered = manifest.outputs.filter((output) => output.blocked === null).length;
  return advance(context, row, { type: "succeeded", attempt, delivered }, JSON.stringify(result));
}
