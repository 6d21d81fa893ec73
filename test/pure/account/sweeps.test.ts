import { expect, it } from "vitest";
import { authorize } from "../../../functions/account/accept.ts";
import { nextDueAt, takeDue } from "../../../functions/account/due.ts";
import { createUpload } from "../../../functions/account/uploads.ts";
import { testAccount } from "./harness.ts";

it("files of an upload that expired and of a request that broke off are removed twice, and then no more", () => {
  const account = testAccount();
  const { context, keyHash } = account;
  const { id: upload } = createUpload(context, {
    endUser: null,
    origin: "https://inlay.example.com",
  });
  const edit = context.newId("edit");
  authorize(context, { credential: keyHash, edit, idempotencyKey: null });
  const removed: string[] = [];
  for (let due = nextDueAt(context); due !== null; due = nextDueAt(context)) {
    account.pass(due - context.now());
    for (const message of takeDue(context)) {
      if (message.type === "purge") removed.push(...message.prefixes);
    }
  }
  const files = [`inputs/${context.account}/${edit}/`, `uploads/${context.account}/${upload}`];
  expect(removed.toSorted()).toEqual(files.flatMap((prefix) => [prefix, prefix]));
});
