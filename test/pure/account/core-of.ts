import { AccountCore } from "../../../functions/account/core.ts";
import type { TestAccount } from "./harness.ts";

/** The core over an account's storage, as a process that has just begun has it, and the alarms that it sets. */
export function coreOf({ context }: TestAccount): {
  core: AccountCore;
  alarms: (number | null)[];
} {
  const alarms: (number | null)[] = [];
  const core = new AccountCore({
    storage: context.storage,
    context: () => context,
    background: (work) => void work.catch(() => undefined),
    ended: () => undefined,
    moved: () => undefined,
    nets: {
      setAlarm: (at) => Promise.resolve(void alarms.push(at)),
      deleteAlarm: () => Promise.resolve(void alarms.push(null)),
      remind: () => Promise.resolve(),
      record: () => Promise.resolve(),
    },
  });
  return { core, alarms };
}
