import type { Alert } from "../../../functions/alerts.ts";
import type { AcceptRequest } from "../../../functions/account/accept.ts";
import { accept } from "../../../functions/account/accept.ts";
import type { AccountContext } from "../../../functions/account/context.ts";
import type { EditRow } from "../../../functions/account/edit-row.ts";
import { addKey } from "../../../functions/account/keys.ts";
import { post } from "../../../functions/account/ledger.ts";
import { migrate } from "../../../functions/account/schema.ts";
import { newId } from "../../../functions/keys/ids.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { nodeStorage } from "../../harness/node-storage.ts";
import { sentPictures } from "./fixtures.ts";

/** An account with a clock that stands still until it is moved. */
export interface TestAccount {
  readonly context: AccountContext;
  readonly keyHash: string;
  /** What was logged: event, edit and attempt. */
  readonly lines: readonly string[];
  /** What was raised. */
  readonly alerts: readonly Alert[];
  /** Moves the clock by milliseconds. */
  pass(ms: number): void;
  /** Accepts an edit; throws where it is refused. */
  accept(request?: Partial<AcceptRequest>): EditRow;
  request(request?: Partial<AcceptRequest>): AcceptRequest;
}

const keyHash = "f".repeat(64);

/** Grants credits under an external id. */
export function grant(context: AccountContext, amount: number, externalId: string) {
  return post(context, { kind: "grant", amount, externalId });
}

/** A fresh account with one key and credits. */
export function testAccount(credits = 1_000_000): TestAccount {
  let now = Date.UTC(2026, 0, 1);
  let drawn = 0;
  const lines: string[] = [];
  const alerts: Alert[] = [];
  const random = (into: Uint8Array) => {
    drawn += 1;
    into.set(into.map((_, place) => Math.floor(drawn / 32 ** (into.length - 1 - place)) % 32));
    return into;
  };
  const context: AccountContext = {
    account: "u0123456789abcdef01234567",
    storage: nodeStorage(),
    now: () => now,
    newId: (prefix) => newId(prefix, now, random),
    appended: () => undefined,
    log: (event, { edit, attempt }) => lines.push(`${event} ${edit} ${attempt}`),
    raise: (alert) => alerts.push(alert),
    links: {
      self: (origin, edit) => `${origin}/v1/edits/${edit}`,
      cancel: (origin, edit) => `${origin}/v1/edits/${edit}/cancel`,
      events: (origin, edit) => `${origin}/v1/edits/${edit}/events`,
      preview: (origin, edit) => `${origin}/v1/edits/${edit}/preview`,
      output: (origin, edit, attempt, index, expires) =>
        `${origin}/files/result/${edit}/${attempt}/${index}?exp=${expires}`,
      upload: (origin, upload, expires) => `${origin}/files/upload/${upload}?exp=${expires}`,
    },
    settings: { startingLease: 600_000, processingLease: 120_000, editDuration: 900_000 },
  };
  migrate(context.storage);
  context.storage.exec(
    "INSERT INTO account (id, created_at, webhook_secret) VALUES (?, ?, ?)",
    context.account,
    now,
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
  );
  addKey(context, { hash: keyHash, display: "inlay_live_...abcd" }, "test");
  if (credits > 0) grant(context, credits, "welcome");

  const staged = () => {
    const edit = context.newId("edit");
    context.storage.exec(
      "INSERT INTO stagings (edit, lease_until) VALUES (?, ?)",
      edit,
      now + 300_000,
    );
    return edit;
  };
  const request = (overrides: Partial<AcceptRequest> = {}): AcceptRequest => ({
    credential: keyHash,
    edit: staged(),
    origin: "https://inlay.example.com",
    profile: "tiny",
    parameters: EditParameters.parse({}),
    pictures: sentPictures("image", "mask"),
    seed: 7,
    idempotencyKey: null,
    ...overrides,
  });
  return {
    context,
    lines,
    alerts,
    keyHash,
    pass: (ms) => {
      now += ms;
    },
    request,
    accept: (overrides) => {
      const accepted = accept(context, request(overrides));
      if (!accepted.ok) throw new Error(accepted.problem.code);
      return accepted.value.row;
    },
  };
}
