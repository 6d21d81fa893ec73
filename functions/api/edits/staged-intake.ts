import type { Credential } from "../../account/credential.ts";
import type { AcceptedEdit } from "../../account/answers.ts";
import { unwrap } from "../../errors/problem-error.ts";
import type { Refusal } from "../../errors/refusal.ts";
import { inputsPrefix } from "../../images/object-keys.ts";
import { purge } from "../../images/purge.ts";
import { describeError, log } from "../../log.ts";
import type { Result } from "../../result.ts";

/** A request for an edit whose pictures still have to be brought to R2. */
export interface StagedRequest {
  readonly account: {
    authorize(
      credential: Credential,
      edit: string,
      idempotencyKey: string | null,
    ): Promise<Result<null, Refusal>>;
    abandon(edit: string, idempotencyKey: string | null): Promise<boolean>;
  };
  readonly bucket: R2Bucket;
  /** The account's id. */
  readonly id: string;
  readonly edit: string;
  readonly credential: Credential;
  readonly idempotencyKey: string | null;
}

/**
 * Lets a request in, has `take` bring its files and the account accept it, and cleans up after whatever comes to
 * nothing. Whether it did, the account says: an edit whose acceptance was committed keeps its files, though the answer
 * was lost on the way.
 *
 * @throws {ProblemError} where the account refuses; whatever `take` throws.
 */
export async function stagedIntake(
  request: StagedRequest,
  take: () => Promise<AcceptedEdit>,
): Promise<AcceptedEdit> {
  unwrap(await letIn(request));
  try {
    const accepted = await take();
    if (accepted.replayed) await discard(request);
    return accepted;
  } catch (error) {
    await discard(request);
    throw error;
  }
}

/** Whether the account lets the request in. One whose answer was lost holds no key back until its lease is over. */
async function letIn(request: StagedRequest): Promise<Result<null, Refusal>> {
  const { account, edit, credential, idempotencyKey } = request;
  try {
    return await account.authorize(credential, edit, idempotencyKey);
  } catch (error) {
    await discard(request);
    throw error;
  }
}

async function discard({ account, bucket, id, edit, idempotencyKey }: StagedRequest) {
  try {
    const unused = await account.abandon(edit, idempotencyKey);
    if (unused) await purge(bucket, inputsPrefix(id, edit));
  } catch (error) {
    // The staging's lease ends by itself, and its files go with it.
    log("warn", "staging.left", { account: id, reason: describeError(error) });
  }
}
