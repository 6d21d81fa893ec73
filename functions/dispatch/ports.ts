import type { Account } from "../../schemas/account.ts";
import type { ArchiveBatch } from "../account/archive.ts";
import type { AttemptRecord, Claim, Report, Stage, Unclaimed } from "../account/attempts.ts";
import type { DeliveryOutcome, DeliveryTask } from "../account/deliveries.ts";
import type { UsageDay } from "../account/usage.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Resolve } from "../network/resolver.ts";
import type { Keyring } from "../images/signed-url.ts";
import type { Candidate, Slot } from "./pool.ts";
import type { Provider } from "./providers/provider.ts";

/** The part of an account that work is done for. */
interface WorkAccount {
  claim(edit: string, attempt?: number): Promise<Claim | Unclaimed>;
  wait(edit: string, position: number): Promise<Stage>;
  started(edit: string, attempt: number, prediction: string): Promise<boolean>;
  busy(edit: string, attempt: number): Promise<readonly WorkMessage[]>;
  report(
    edit: string,
    attempt: number,
    news: Report,
    progress?: number,
  ): Promise<readonly WorkMessage[]>;
  attempt(edit: string, attempt: number): Promise<AttemptRecord | null>;
  beginDelivery(id: string): Promise<DeliveryTask | null>;
  finishDelivery(
    id: string,
    outcome: DeliveryOutcome,
    jitter: number,
  ): Promise<readonly WorkMessage[]>;
  archiveBatch(key: string): Promise<ArchiveBatch | null>;
  finishArchive(key: string): Promise<void>;
  unreportedUsage(): Promise<UsageDay[]>;
  usageReported(days: readonly UsageDay[]): Promise<void>;
  recount(): Promise<Account["status"] | null>;
  wake(): Promise<WorkMessage[]>;
}

/** The capacity of the provider in use. */
interface WorkPool {
  acquire(candidate: Candidate): Promise<Slot>;
  release(edit: string, attempt?: number): Promise<Candidate[]>;
}

/** What the directory is told of accounts. */
interface Directory {
  recordUsage(account: string, days: readonly UsageDay[]): Promise<void>;
  setStatus(account: string, status: Account["status"]): Promise<void>;
}

/** Everything that work is done with; the edge builds it once per event. */
export interface Services {
  readonly account: (id: string) => WorkAccount;
  readonly pool: WorkPool;
  readonly provider: Provider;
  readonly bucket: R2Bucket;
  readonly directory: Directory;
  readonly keyring: Keyring;
  /** Of the key that signs what outputs say of themselves, in PEM; empty where none does. */
  readonly certificates: string;
  /** Where the container reaches the edge; empty for the origin that the edit came in by. */
  readonly callbackOrigin: string;
  /** Whether loopback addresses may be reached: a local setting. */
  readonly allowLoopback: boolean;
  readonly send: (message: WorkMessage, delaySeconds?: number) => Promise<void>;
  readonly fetch: typeof fetch;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (ms: number) => AbortSignal;
  /** Finds the addresses of a public name. */
  readonly resolve: Resolve;
  readonly now: () => number;
  readonly random: () => number;
}
