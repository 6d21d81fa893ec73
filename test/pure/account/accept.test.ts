import { describe, expect, it } from "vitest";
import {
  abandon,
  accept,
  authorize,
  type AcceptRequest,
  type SentPictures,
} from "../../../functions/account/accept.ts";
import { takeDue } from "../../../functions/account/due.ts";
import { revokeKey, listKeys } from "../../../functions/account/keys.ts";
import { balance, entries } from "../../../functions/account/ledger.ts";
import { limitsOf } from "../../../functions/account/quotas.ts";
import { unitPrice } from "../../../functions/account/price.ts";
import { EditParameters, taskPictures } from "../../../schemas/edit.ts";
import { limits } from "../../../schemas/limits.ts";
import { sentPictures, stagedImage } from "./fixtures.ts";
import { testAccount } from "./harness.ts";

describe("accepting an edit", () => {
  it("reserves its price, writes its event and asks for its dispatch", () => {
    const account = testAccount();
    const accepted = accept(
      account.context,
      account.request({ parameters: EditParameters.parse({ n: 2 }) }),
    );
    if (!accepted.ok) throw new Error(accepted.problem.code);
    const { row, messages } = accepted.value;
    const price = unitPrice({ task: "inpaint", steps: 20 }, { width: 640, height: 480 });
    expect(row).toMatchObject({ status: "queued", unit_price: price, reserved: 2 * price });
    expect(balance(account.context).reserved).toBe(2 * price);
    expect(entries(account.context, 1)[0]).toMatchObject({ kind: "reserve", edit: row.id });
    expect(account.context.storage.exec("SELECT sequence, type FROM events")).toEqual([
      { sequence: 1, type: "edit.queued" },
    ]);
    expect(messages).toEqual([
      { v: 1, type: "dispatch", account: account.context.account, edit: row.id, attempt: 1 },
    ]);
  });

  it.each([
    ["text_to_image", { width: 512, height: 512 }, 6_000],
    ["text_to_image", { width: 64, height: 1_024, steps: 50 }, 12_000],
    ["text_to_image", { width: 1_024, height: 1_024 }, 6_000],
    ["text_to_image", { width: 512, height: 512, steps: 8, sampler: "lcm" }, 3_600],
    ["paint_by_example", {}, 6_000],
  ] as const)("of %s with %j is priced by its task, steps and pixels", (task, fields, price) => {
    const row = testAccount().accept({
      parameters: EditParameters.parse({ task, ...fields }),
      pictures: sentPictures(...taskPictures[task]),
    });
    expect(row.unit_price).toBe(price);
  });

  it("prices an example by the image that it is painted into", () => {
    const example = {
      from: "staged",
      image: stagedImage({ width: 6_000, height: 4_000 }),
    } as const;
    const pictures = {
      ...sentPictures("image", "mask"),
      example: { ...example, identity: "a large example" },
    };
    const parameters = EditParameters.parse({ task: "paint_by_example" });
    expect(testAccount().accept({ parameters, pictures }).unit_price).toBe(6_000);
  });

  it("leaves nothing behind when it is refused", () => {
    const account = testAccount(10);
    const refused = accept(account.context, account.request({ idempotencyKey: "k" }));
    expect(refused).toMatchObject({ problem: { code: "credits_insufficient" } });
    for (const table of ["edits", "events", "idempotency"]) {
      expect(account.context.storage.exec(`SELECT * FROM ${table}`)).toEqual([]);
    }
  });

  it("is refused where its pictures took so long that they were swept away", () => {
    const account = testAccount();
    const request = account.request();
    account.pass(300_000);
    expect(takeDue(account.context)).toMatchObject([{ type: "purge" }]);
    expect(accept(account.context, request)).toMatchObject({ problem: { code: "unavailable" } });
  });

  it("refuses a mask of another size and points at it", () => {
    const account = testAccount();
    const mask = {
      from: "staged",
      image: stagedImage({ width: 480, height: 640 }),
      identity: "m",
    } as const;
    const pictures = { ...sentPictures("image"), mask };
    expect(accept(account.context, account.request({ pictures }))).toMatchObject({
      problem: { code: "mask_size_mismatch", errors: [{ pointer: "/mask" }] },
    });
  });

  it("takes a mask of another size where it may be resized, but not one of the unrotated image", () => {
    const account = testAccount();
    const picture = (size: object, identity: string) =>
      ({ from: "staged", image: stagedImage(size), identity }) as const;
    const sizes = { image: picture({ turned: true }, "i"), mask: picture({ width: 320 }, "m") };
    const unrotated = { ...sizes, mask: picture({ width: 480, height: 640 }, "m") };
    const parameters = EditParameters.parse({ mask_resize: true });
    const asked = (pictures: SentPictures) =>
      accept(account.context, account.request({ parameters, pictures }));
    expect(asked(sizes).ok).toBe(true);
    expect(asked(unrotated)).toMatchObject({
      problem: { code: "mask_orientation_mismatch", errors: [{ pointer: "/mask" }] },
    });
  });

  it.each([
    [{ left: 64 }, 6_000, null],
    [{ left: 960, down: 400 }, 12_000, null],
    [{ up: 4_096, down: 4_096, left: 4_096, right: 4_096 }, 0, "output_too_large"],
  ])("that adds %j is priced by the pixels of its result", (sides, price, code) => {
    const account = testAccount();
    const parameters = EditParameters.parse({ task: "outpaint", ...sides });
    const request = account.request({ parameters, pictures: sentPictures("image") });
    const accepted = accept(account.context, request);
    if (code === null) {
      expect(accepted).toMatchObject({ value: { row: { unit_price: price } } });
    } else {
      expect(accepted).toMatchObject({ problem: { code } });
    }
  });

  it("refuses a revoked key at once", () => {
    const account = testAccount();
    revokeKey(account.context, listKeys(account.context)[0]?.id ?? "");
    expect(accept(account.context, account.request())).toMatchObject({
      problem: { code: "key_revoked" },
    });
  });

  it(`holds at most ${limits.unfinishedEdits} unfinished edits`, () => {
    const account = testAccount(10_000_000);
    for (let i = 0; i < limits.unfinishedEdits; i++) account.accept();
    expect(accept(account.context, account.request())).toMatchObject({
      problem: { code: "edits_too_many", retryAfter: 10 },
    });
  });
});

describe("an idempotency key", () => {
  it("gives the same edit again for the same content", () => {
    const account = testAccount();
    const first = account.accept({ idempotencyKey: "k" });
    const again = accept(account.context, account.request({ idempotencyKey: "k" }));
    expect(again).toMatchObject({ value: { replayed: true, row: { id: first.id }, messages: [] } });
    expect(balance(account.context).reserved).toBe(first.reserved);
  });

  it("refuses other content for 24 hours, and then is free", () => {
    const account = testAccount();
    account.accept({ idempotencyKey: "k" });
    const other = { idempotencyKey: "k", parameters: EditParameters.parse({ prompt: "a cat" }) };
    expect(accept(account.context, account.request(other))).toMatchObject({
      problem: { code: "idempotency_key_reused" },
    });
    account.pass(24 * 3_600_000);
    expect(accept(account.context, account.request(other)).ok).toBe(true);
  });

  it("tells two examples apart, and two sizes", () => {
    const account = testAccount();
    const example = (identity: string): Partial<AcceptRequest> => ({
      idempotencyKey: "k",
      parameters: EditParameters.parse({ task: "paint_by_example" }),
      pictures: {
        ...sentPictures("image", "mask"),
        example: { from: "staged", image: stagedImage(), identity },
      },
    });
    const size = (width: number): Partial<AcceptRequest> => ({
      idempotencyKey: "l",
      parameters: EditParameters.parse({ task: "text_to_image", width, height: 64 }),
      pictures: {},
    });
    for (const [first, other] of [
      [example("a cat"), example("a dog")],
      [size(64), size(65)],
    ] as const) {
      const { id } = account.accept(first);
      expect(accept(account.context, account.request(first))).toMatchObject({
        value: { replayed: true, row: { id } },
      });
      expect(accept(account.context, account.request(other))).toMatchObject({
        problem: { code: "idempotency_key_reused" },
      });
    }
  });

  it("is held while its request is received, and let go when that comes to nothing", () => {
    const account = testAccount();
    const { context, keyHash: credential } = account;
    expect(authorize(context, { credential, edit: "edit_a", idempotencyKey: "k" }).ok).toBe(true);
    expect(authorize(context, { credential, edit: "edit_b", idempotencyKey: "k" })).toMatchObject({
      problem: { code: "idempotency_in_progress" },
    });
    abandon(context, "edit_a", "k");
    expect(authorize(context, { credential, edit: "edit_b", idempotencyKey: "k" }).ok).toBe(true);
  });

  it("lets its own request in once more, as one create", () => {
    const account = testAccount();
    const { context, keyHash: credential } = account;
    const request = { credential, edit: "edit_a", idempotencyKey: "k" };
    expect(authorize(context, request).ok).toBe(true);
    const once = limitsOf(context);
    expect(authorize(context, request).ok).toBe(true);
    expect(limitsOf(context)).toEqual(once);
  });

  it("is free again five minutes after a request that was never finished", () => {
    const account = testAccount();
    const { context, keyHash: credential } = account;
    authorize(context, { credential, edit: "edit_a", idempotencyKey: "k" });
    account.pass(5 * 60_000);
    expect(authorize(context, { credential, edit: "edit_b", idempotencyKey: "k" }).ok).toBe(true);
  });
});
