import { describe, expect, it } from "vitest";
import { abandon, accept, authorize } from "../../../../functions/account/accept.ts";
import type { AcceptedEdit } from "../../../../functions/account/answers.ts";
import { stagedIntake } from "../../../../functions/api/edits/staged-intake.ts";
import { testAccount } from "../../account/harness.ts";

/** A bucket with nothing in it; notes the prefixes that are listed. */
function emptyBucket(listed: string[]): R2Bucket {
  const list = ({ prefix }: { prefix: string }) => {
    listed.push(prefix);
    return Promise.resolve({ objects: [], truncated: false });
  };
  return { list } as unknown as R2Bucket;
}

/** An intake of one edit, whose `take` may fail before or after the account has accepted it. */
async function taken(how: "refused" | "answer lost") {
  const customer = testAccount();
  const { context, keyHash: credential } = customer;
  const edit = context.newId("edit");
  const purged: string[] = [];
  const bucket = emptyBucket(purged);
  const account = {
    authorize: () =>
      Promise.resolve(authorize(context, { credential, edit, idempotencyKey: null })),
    abandon: () => Promise.resolve(abandon(context, edit, null)),
  };
  const intake = stagedIntake(
    { account, bucket, id: context.account, edit, credential, idempotencyKey: null },
    (): Promise<AcceptedEdit> => {
      if (how === "answer lost") accept(context, customer.request({ edit }));
      return Promise.reject(new Error(how));
    },
  );
  await expect(intake).rejects.toThrow(how);
  return purged;
}

describe("the idempotency key of a request that was let in", () => {
  it("is free at once where the answer was lost", async () => {
    const { context, keyHash } = testAccount();
    const edit = context.newId("edit");
    const request = { credential: keyHash, edit, idempotencyKey: "order-1" };
    const account = {
      authorize: () => {
        authorize(context, request);
        return Promise.reject(new Error("Network connection lost."));
      },
      abandon: () => Promise.resolve(abandon(context, edit, "order-1")),
    };
    const take = () => Promise.reject(new Error("nothing is taken"));
    const bucket = emptyBucket([]);
    const intake = stagedIntake({ account, bucket, id: context.account, ...request }, take);
    await expect(intake).rejects.toThrow("Network connection lost.");
    expect(authorize(context, { ...request, edit: context.newId("edit") }).ok).toBe(true);
  });
});

describe("the files of a request that failed", () => {
  it("go where no edit came of it", async () => {
    expect(await taken("refused")).toHaveLength(1);
  });

  it("stay where the edit was accepted and its answer was lost", async () => {
    expect(await taken("answer lost")).toEqual([]);
  });
});
