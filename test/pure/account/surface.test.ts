import { describe, expect, it } from "vitest";
import { accept } from "../../../functions/account/accept.ts";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { beginDelivery, finishDelivery } from "../../../functions/account/deliveries.ts";
import { runWebhookProcedure } from "../../../functions/account/webhooks.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { replicateRecord } from "../surfaces/records.ts";
import { testAccount } from "./harness.ts";

const url = "https://hooks.example.com/a";
const fal = { name: "fal", app: "inlay/inpaint", webhook: url } as const;

/** The deliveries of an account, oldest first. */
const deliveriesOf = ({ context }: ReturnType<typeof testAccount>) =>
  context.storage.exec<{ id: string; url: string; payload: string; scheme: string | null }>(
    "SELECT id, url, payload, scheme FROM deliveries ORDER BY id",
  );

describe("an edit of a compatible surface", () => {
  it("sends its webhooks in the surface's form and signature, and keeps both when one is sent again", () => {
    const account = testAccount();
    const { id } = account.accept({ surface: fal });
    cancelEdit(account.context, id);
    const [delivery] = deliveriesOf(account);
    expect(delivery).toMatchObject({ url, scheme: "fal" });
    expect(JSON.parse(delivery?.payload ?? "")).toMatchObject({ request_id: id, status: "ERROR" });

    const sent = delivery?.id ?? "";
    expect(beginDelivery(account.context, sent)).toMatchObject({ scheme: "fal", edit: id });
    finishDelivery(account.context, sent, { status: 200, error: null, retryAfter: null }, 0);
    const again = runWebhookProcedure(account.context, "redeliver", { id: sent });
    if (!again.ok) throw new Error(again.problem.code);
    expect(beginDelivery(account.context, again.value.value.id)).toMatchObject({ scheme: "fal" });
  });

  it("tells the events that were asked for, once each, and the account's log as always", () => {
    const account = testAccount();
    const webhook = { url, events: ["completed"] as "completed"[] };
    const { id } = account.accept({ surface: replicateRecord({ webhook }) });
    expect(deliveriesOf(account)).toEqual([]);
    cancelEdit(account.context, id);
    const [delivery, ...others] = deliveriesOf(account);
    expect(others).toEqual([]);
    expect(delivery?.scheme).toBeNull();
    expect(JSON.parse(delivery?.payload ?? "")).toMatchObject({ id, status: "canceled" });
    const types = account.context.storage.exec<{ type: string }>("SELECT type FROM events");
    expect(types.map(({ type }) => type)).toEqual(["edit.queued", "edit.canceled"]);
  });

  it("expires when its request said, and others as configured", () => {
    const account = testAccount();
    const lasting = (lifetime?: number) => {
      const row = account.accept(lifetime === undefined ? {} : { lifetime });
      return row.deadline - row.created_at;
    };
    expect(lasting(45_000)).toBe(45_000);
    expect(lasting()).toBe(account.context.settings.editDuration);
  });

  it("is the same under the same key, and another request on another surface", () => {
    const account = testAccount();
    const again = { idempotencyKey: "order-12", parameters: EditParameters.parse({ seed: 1 }) };
    const sent = (surface = replicateRecord()) =>
      accept(account.context, account.request({ ...again, surface }));
    expect(sent()).toMatchObject({ ok: true, value: { replayed: false } });
    expect(sent()).toMatchObject({ ok: true, value: { replayed: true } });
    expect(sent(replicateRecord({ deployment: "inlay/inpaint" }))).toMatchObject({
      ok: false,
      problem: { code: "idempotency_key_reused" },
    });
  });
});
