import { describe, expect, it } from "vitest";
import { abandon, accept, authorize } from "../../../../functions/account/accept.ts";
import type { AcceptedEdit } from "../../../../functions/account/answers.ts";
import { stagedIntake } from "../../../../functions/api/edits/staged-intake.ts";
import { testAccount } from "../../account/harness.ts";

/** An intake of one edit, whose `take` may fail before or after the account has accepted it. */
async function taken(how: "refused" | "answer lost") {
  const customer = testAccount();
  const { context, keyHash: credential } = customer;
  const edit = context.newId("edit");
  const purged: string[] = [];
  const bucket = {
    list: ({ prefix }: { prefix: string }) => {
      purged.push(prefix);
      return Promise.resolve({ objects: [], truncated: false });
    },
  } as unknown as R2Bucket;
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

describe("the files of a request that failed", () => {
  it("go where no edit came of it", async () => {
    expect(await taken("refused")).toHaveLength(1);
  });

  it("stay where the edit was accepted and its answer was lost", async () => {
    expect(await taken("answer lost")).toEqual([]);
  });
});
