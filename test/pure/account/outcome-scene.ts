import type { AcceptRequest } from "../../../functions/account/accept.ts";
import type { AccountCore } from "../../../functions/account/core.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import type { Manifest } from "../../../schemas/manifest.ts";
import { coreOf } from "./core-of.ts";
import { manifest } from "./fixtures.ts";
import { testAccount, type TestAccount } from "./harness.ts";

/** How an edit ended, as its account has it. */
export interface Outcome {
  readonly status: string;
  readonly error: string | null;
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  readonly events: readonly string[];
  /** The event that went to the edit's own webhook. */
  readonly webhooks: readonly string[];
}

const nothing = { reserved: 0, captured: 0, released: 0, events: [], webhooks: [] };

/** One account and an edit of three outputs at 6,000 each, with a webhook of its own, driven through the core. */
export class Scene {
  readonly account: TestAccount = testAccount();
  readonly core: AccountCore = coreOf(this.account).core;
  edit = "";
  attempt = 0;
  #refused: ProblemCode | null = null;

  /** Asks for the edit. A refusal is how it ends. */
  create(request: Partial<AcceptRequest> = {}): this {
    const asked = this.core.accept(this.request(request));
    if (asked.ok) this.edit = asked.value.edit.id;
    else this.#refused = asked.problem.code;
    return this;
  }

  request(request: Partial<AcceptRequest> = {}): AcceptRequest {
    const webhook = "https://hooks.example.com/";
    const parameters = EditParameters.parse({ n: 3, webhook });
    return this.account.request({ parameters, ...request });
  }

  /** Asks to send pictures for an edit, as a multipart request does first. */
  authorize(idempotencyKey: string | null = null): this {
    const edit = this.account.context.newId("edit");
    const asked = this.core.authorize(this.account.keyHash, edit, idempotencyKey);
    if (!asked.ok) this.#refused = asked.problem.code;
    return this;
  }

  claim(): this {
    const claimed = this.core.claim(this.edit);
    if (typeof claimed === "string") throw new Error(`it was ${claimed}`);
    this.attempt = claimed.attempt;
    return this;
  }

  run(): this {
    this.claim();
    this.core.report(this.edit, this.attempt, { type: "processing" });
    return this;
  }

  lose(): this {
    this.core.report(this.edit, this.attempt, { type: "lost" });
    return this;
  }

  busy(): this {
    this.core.busy(this.edit, this.attempt);
    return this;
  }

  succeed(blocked = 0, attempt = this.attempt): this {
    const result = manifest(this.edit, attempt, 3, blocked);
    this.core.report(this.edit, attempt, { type: "manifest", manifest: result });
    return this;
  }

  refuse(code: NonNullable<Manifest["error"]>["code"], attempt = this.attempt): this {
    const error = { code, detail: "Send another picture." };
    const result: Manifest = {
      ...manifest(this.edit, attempt, 0),
      status: "failed",
      error,
    };
    this.core.report(this.edit, attempt, { type: "manifest", manifest: result });
    return this;
  }

  cancel(): this {
    this.core.cancel(this.account.keyHash, this.edit);
    return this;
  }

  remove(): this {
    this.core.remove(this.account.keyHash, this.edit);
    return this;
  }

  /** Lets the edit's whole time pass. */
  expire(): this {
    this.account.pass(900_000);
    this.core.wake();
    return this;
  }

  /** What became of it. */
  outcome(): Outcome {
    if (this.#refused !== null) {
      return { ...nothing, status: "not accepted", error: this.#refused };
    }
    if (this.core.describe() === null) return { ...nothing, status: "gone", error: null };
    const { storage } = this.account.context;
    const [row] = storage.exec<{ status: string; error: string | null }>(
      "SELECT status, error FROM edits WHERE id = ?",
      this.edit,
    );
    const [money] = storage.exec<Record<"reserved" | "captured" | "released", number>>(
      `SELECT sum(CASE kind WHEN 'reserve' THEN reserved_change ELSE 0 END) AS reserved,
         -sum(CASE kind WHEN 'capture' THEN reserved_change ELSE 0 END) AS captured,
         sum(CASE kind WHEN 'release' THEN available_change ELSE 0 END) AS released
       FROM ledger WHERE edit = ?`,
      this.edit,
    );
    const types = (sql: string) => storage.exec<{ type: string }>(sql, this.edit);
    return {
      status: row?.status ?? "unknown",
      error: row?.error == null ? null : (JSON.parse(row.error) as { code: string }).code,
      reserved: money?.reserved ?? 0,
      captured: money?.captured ?? 0,
      released: money?.released ?? 0,
      events: types("SELECT type FROM events WHERE edit = ? ORDER BY sequence").map(({ type }) =>
        type.replace("edit.", ""),
      ),
      webhooks: types("SELECT type FROM deliveries WHERE edit = ? ORDER BY id").map(
        ({ type }) => type,
      ),
    };
  }
}
