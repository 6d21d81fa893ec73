import type { AcceptRequest } from "../../functions/account/accept.ts";
import type { AcceptedEdit } from "../../functions/account/answers.ts";
import { settleRequest } from "../../functions/api/edits/settle-request.ts";
import type { Services } from "../../functions/dispatch/ports.ts";
import { unwrap } from "../../functions/errors/problem-error.ts";
import type { Refusal } from "../../functions/errors/refusal.ts";
import { hashApiKey, parseApiKey } from "../../functions/keys/api-key.ts";
import { newId } from "../../functions/keys/ids.ts";
import type { Result } from "../../functions/result.ts";
import { accountStub } from "../../functions/services.ts";
import { RequestedParameters } from "../../schemas/edit.ts";
import type { Manifest } from "../../schemas/manifest.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";

/** What the benchmark asks the Worker for: so many whole edits of one account, so many at a time. */
export interface EditsWanted {
  readonly key: string;
  readonly image: string;
  readonly mask: string;
  readonly edits: number;
  readonly atOnce: number;
}

/** Calls that the account answered. */
export interface EditsDone {
  readonly calls: number;
}

type BenchAccount = ReturnType<Services["account"]> & {
  accept(request: AcceptRequest): Promise<Result<AcceptedEdit, Refusal>>;
};

/**
 * Takes edits through an account's object from acceptance to the last webhook, call by call as the Worker does, without
 * what lies in between: HTTP, pictures, the pool, a provider, a receiver.
 */
export async function wholeEdits(env: Env, wanted: EditsWanted): Promise<EditsDone> {
  const account: BenchAccount = accountStub(env.ACCOUNT, parseApiKey(wanted.key)?.account ?? "");
  const keyHash = hashApiKey(wanted.key);
  const asked = RequestedParameters.parse({ prompt: "a meadow" });
  const parameters = unwrap(settleRequest("tiny", asked, ["image", "mask"]));
  let calls = 0;
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    calls += 1;
    return call;
  };
  const deliver = async (messages: readonly WorkMessage[]) => {
    for (const message of messages) {
      if (message.type !== "deliver") continue;
      const task = await counted(account.beginDelivery(message.delivery));
      if (task === null) continue;
      const outcome = { status: 204, error: null, retryAfter: null };
      // A line of ten tries to one address is all that may be under way: whoever waits is called up here.
      await deliver(await counted(account.finishDelivery(task.id, outcome, 0)));
    }
  };
  const one = async () => {
    const edit = newId("edit", Date.now(), (bytes) => crypto.getRandomValues(bytes));
    const request: AcceptRequest = {
      credential: keyHash,
      edit,
      origin: "https://inlay.example.com",
      profile: "tiny",
      parameters,
      pictures: {
        image: { from: "upload", upload: wanted.image },
        mask: { from: "upload", upload: wanted.mask },
      },
      seed: 7,
      idempotencyKey: edit,
    };
    const accepted = unwrap(await counted(account.accept(request)));
    await deliver(accepted.messages);
    const claim = await counted(account.claim(edit));
    if (typeof claim === "string") throw new Error(`the edit is ${claim}`);
    await deliver(claim.messages);
    await counted(account.started(edit, 1, `${edit}-1`));
    await deliver(await counted(account.report(edit, 1, { type: "processing" })));
    const manifest = resultOf(edit);
    await deliver(await counted(account.report(edit, 1, { type: "manifest", manifest })));
  };
  let left = wanted.edits;
  const line = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: wanted.atOnce }, line));
  return { calls };
}

function resultOf(edit: string): Manifest {
  const output = { index: 0, seed: 7, blocked: null, kept_pixels: 300_000, bytes: 1_000 };
  const size = { width: 640, height: 480, sha256: "0".repeat(64) };
  return {
    version: 1,
    edit,
    attempt: 1,
    status: "succeeded",
    outputs: [{ ...output, ...size, content_type: "image/png" }],
    warnings: [],
    error: null,
    timings: { total_ms: 830 },
    model: { profile: "tiny", decoder: "x1.5", weights_sha256: "" },
  };
}
