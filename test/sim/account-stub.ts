import type { AccountCore } from "../../functions/account/core.ts";
import type { AccountDesk } from "../../functions/account/desk.ts";
import type { AccountActor } from "./account-actor.ts";
import type { Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

const methods = [
  "authorize",
  "abandon",
  "accept",
  "cancel",
  "remove",
  "claim",
  "wait",
  "started",
  "busy",
  "report",
  "attempt",
  "beginDelivery",
  "finishDelivery",
  "wake",
] as const satisfies (keyof AccountCore)[];

const deskMethods = [
  "post",
  "archiveBatch",
  "finishArchive",
  "unreportedUsage",
  "usageReported",
  "recount",
] as const satisfies (keyof AccountDesk)[];

type AccountMethod = (typeof methods)[number];
type DeskMethod = (typeof deskMethods)[number];

/** An account as callers reach it: each method of the core as a call that may be lost, or answered by nobody. */
export type AccountStub = {
  [M in AccountMethod]: (
    ...args: Parameters<AccountCore[M]>
  ) => Promise<ReturnType<AccountCore[M]>>;
} & {
  [M in DeskMethod]: (...args: Parameters<AccountDesk[M]>) => Promise<ReturnType<AccountDesk[M]>>;
};

/** The stub of an account for one invocation. */
export function accountStub(
  world: World,
  invocation: Invocation,
  actor: AccountActor,
): AccountStub {
  const { faults } = world;
  const call = (method: AccountMethod | DeskMethod, args: readonly unknown[]) =>
    invocation.call(
      () => {
        if (faults.strikes("account_evicted")) actor.evict();
        return world.observe(actor, method, args, () => {
          const { core } = actor;
          const part = isOfDesk(method) ? core.desk : core;
          const work = Reflect.get(part, method) as (...given: readonly unknown[]) => unknown;
          return work.apply(part, [...args]);
        });
      },
      { lost: faults.strikes("call_lost"), answerLost: faults.strikes("answer_lost") },
    );
  return Object.fromEntries(
    [...methods, ...deskMethods].map((method) => [
      method,
      (...args: unknown[]) => call(method, args),
    ]),
  ) as unknown as AccountStub;
}

function isOfDesk(method: AccountMethod | DeskMethod): method is DeskMethod {
  return deskMethods.some((name) => name === method);
}
