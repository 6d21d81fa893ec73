import {
  beginDelivery,
  finishDelivery,
  type DeliveryTask,
} from "../../../functions/account/deliveries.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import {
  runWebhookProcedure,
  type WebhookProcedures,
} from "../../../functions/account/webhooks.ts";
import type { WorkMessage } from "../../../schemas/work-message.ts";
import type { TestAccount } from "./harness.ts";

/** How a receiver takes a try: its status (null for none), and after how many milliseconds. */
interface Answer {
  readonly status: number | null;
  readonly takes?: number;
}

/** A try as it was made. */
interface Try {
  readonly at: number;
  readonly task: DeliveryTask;
}

/** Delivers an account's webhooks in virtual time to receivers that answer by script. */
export class PostOffice {
  readonly tries: Try[] = [];
  /** The most tries that were under way at one URL at the same time. */
  readonly busiest = new Map<string, number>();
  #account: TestAccount;
  #answer: (task: DeliveryTask, now: number) => Answer;
  #lost: () => boolean;
  #underWay: { readonly at: number; readonly task: DeliveryTask; readonly answer: Answer }[] = [];

  constructor(
    account: TestAccount,
    answer: (task: DeliveryTask, now: number) => Answer,
    lost: () => boolean = () => false,
  ) {
    this.#account = account;
    this.#answer = answer;
    this.#lost = lost;
  }

  /** Carries out a procedure and what follows from it; throws where it is refused. */
  ask<Name extends keyof WebhookProcedures>(
    name: Name,
    input: WebhookProcedures[Name][0],
  ): WebhookProcedures[Name][1] {
    const done = runWebhookProcedure(this.#account.context, name, input);
    if (!done.ok) throw new Error(done.problem.code);
    this.take(done.value.messages);
    return done.value.value;
  }

  /** Begins the tries that messages ask for; some of the messages may be lost. */
  take(messages: readonly WorkMessage[]): void {
    const { context } = this.#account;
    for (const message of messages) {
      if (message.type !== "deliver" || this.#lost()) continue;
      const task = beginDelivery(context, message.delivery);
      if (task === null) continue;
      const now = context.now();
      const answer = this.#answer(task, now);
      this.tries.push({ at: now, task });
      this.#underWay.push({ at: now + (answer.takes ?? 50), task, answer });
      const beside = this.#underWay.filter((other) => other.task.url === task.url).length;
      this.busiest.set(task.url, Math.max(beside, this.busiest.get(task.url) ?? 0));
    }
  }

  /** Lets time pass: tries end, and the account hands out what is due. */
  pass(ms: number): void {
    const { context } = this.#account;
    const end = context.now() + ms;
    for (let step = 0; ; step++) {
      if (step > 200_000) throw new Error("the account is due again and again");
      const next = this.#underWay.toSorted((a, b) => a.at - b.at)[0];
      const moment = Math.min(next?.at ?? Infinity, nextDueAt(context) ?? Infinity);
      if (moment > end) break;
      this.#account.pass(Math.max(0, moment - context.now()));
      if (next !== undefined && next.at <= context.now()) {
        this.#underWay.splice(this.#underWay.indexOf(next), 1);
        // Whoever made the try is gone before it could say what came of it.
        if (this.#lost()) continue;
        const { status } = next.answer;
        const outcome = { status, error: status === 200 ? null : "no", retryAfter: null };
        this.take(finishDelivery(context, next.task.id, outcome, 0.5));
      } else {
        this.#account.pass(1);
        this.take(takeDue(context));
      }
    }
    this.#account.pass(Math.max(0, end - context.now()));
  }

  /** How many deliveries there are of each status. */
  counts(): Record<string, number> {
    const rows = this.#account.context.storage.exec<{ status: string; count: number }>(
      "SELECT status, count(*) AS count FROM deliveries GROUP BY status",
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }
}
