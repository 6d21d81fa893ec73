import { expect, it } from "vitest";
import { exportPage, type ExportCursor } from "../../../functions/account/export.ts";
import { deleteEdit } from "../../../functions/account/deletion.ts";
import { grant, testAccount } from "./harness.ts";

it("an export has every line once, whatever the size of its pages, and no deleted edit", () => {
  const account = testAccount(10_000_000);
  const { context } = account;
  const ids = Array.from({ length: 150 }, () => account.accept().id);
  for (let i = 0; i < 300; i++) grant(context, 1, `g${i}`);
  deleteEdit(context, ids.pop() ?? "");

  const lines: { type: string; data: { id?: string | number; sequence?: number } }[] = [];
  let cursor: ExportCursor | null = null;
  do {
    const page = exportPage(context, cursor);
    lines.push(...page.lines.map((line) => JSON.parse(line) as (typeof lines)[number]));
    cursor = page.next;
  } while (cursor !== null);

  const of = (type: string) => lines.filter((line) => line.type === type);
  expect(of("account")).toHaveLength(1);
  expect(of("edit").map(({ data }) => data.id)).toEqual(ids);
  expect(of("ledger_entry").map(({ data }) => data.id)).toEqual(
    Array.from({ length: 1 + 150 + 300 + 1 }, (_, index) => index + 1),
  );
  expect(of("event").map(({ data }) => data.sequence)).toEqual(
    Array.from({ length: 151 }, (_, index) => index + 1),
  );
});
