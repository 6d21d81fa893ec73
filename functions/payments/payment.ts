import type { Refusal } from "../errors/refusal.ts";
import type { Result } from "../result.ts";

/** Money that an account has paid, whoever took it. */
export interface Payment {
  readonly account: string;
  /** Micro-credits to be granted. */
  readonly amount: number;
  /** Names the payment for good; the ledger takes it once. */
  readonly externalId: string;
}

/** A notification as it came in; the body is what was signed, byte for byte. */
interface PaymentNotice {
  readonly body: string;
  readonly signature: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads a payment provider's notifications: the payment that one tells of, null where it tells of none, or a refusal
 * where it is not genuine or cannot be credited.
 */
export type PaymentReader = (notice: PaymentNotice) => Result<Payment | null, Refusal>;
