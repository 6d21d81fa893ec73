import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deadlines } from "../../functions/account/due.ts";
import { migrate } from "../../functions/account/schema.ts";
import { Pool } from "../../functions/dispatch/pool.ts";
import * as keys from "../../functions/images/object-keys.ts";
import { pictureRoles } from "../../schemas/edit.ts";
import { WorkMessage } from "../../schemas/work-message.ts";
import { nodeStorage } from "../harness/node-storage.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/storage.md"), "utf8");

/** A section of the document, by its heading. */
function section(heading: string): string {
  return document.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
}

/** What stands in backticks in the first column of a section's table. */
function named(heading: string): string[] {
  return [...section(heading).matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

const tablesOf = (storage: ReturnType<typeof nodeStorage>) =>
  storage
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("sqlite_"));

describe("docs/storage.md", () => {
  it("has every table of an account, and no other", () => {
    const storage = nodeStorage();
    migrate(storage);
    expect(named("The account's database").toSorted()).toEqual(
      [...tablesOf(storage), "closed"].toSorted(),
    );
  });

  it("has every table of a pool", () => {
    const storage = nodeStorage();
    expect(new Pool(storage, { slots: 1, perMinute: null })).toBeDefined();
    const [, ...names] = section("The pools").split("`");
    for (const table of tablesOf(storage)) expect(names).toContain(table);
  });

  it("has every key of the bucket, and no other", () => {
    const [account, edit] = ["{account}", "{edit}"];
    const attempt = "{attempt}" as unknown as number;
    const index = "{index}" as unknown as number;
    const last = "{last}" as unknown as number;
    const written = [
      keys.inputKey(account, edit, "request"),
      ...pictureRoles.map((role) => keys.inputKey(account, edit, role)),
      keys.outputKey(account, edit, attempt, index),
      keys.partKey(keys.outputKey(account, edit, attempt, index), "{n}" as unknown as number),
      keys.manifestKey(account, edit, attempt),
      keys.previewKey(account, edit, attempt),
      keys.uploadKey(account, "{upload}"),
      keys.uploadFormKey(account, "{upload}"),
      keys.archiveKey(account, "{last}"),
      keys.ledgerArchiveKey(account, "{day}", last).replace("0000000000{last}", "{last}"),
      keys.accountMarkKey(account),
      keys.pieceKey("{key}", "{n}" as unknown as number),
    ];
    const listed = named("The bucket").map((key) =>
      key.startsWith("...") ? `inputs/{account}/{edit}${key.slice(3)}` : key,
    );
    expect(listed.toSorted()).toEqual(written.toSorted());
  });

  it("has every message of the queue, and no other", () => {
    const types = WorkMessage.options.map((option) => option.shape.type.value);
    expect(named("The queue").toSorted()).toEqual(types.toSorted());
  });

  it("lists what an account wakes for", () => {
    const listed = [...section("The account's database").matchAll(/^- (.*)$/gm)].map(
      ([, line]) => line,
    );
    expect(listed).toEqual(Object.keys(deadlines));
  });
});
