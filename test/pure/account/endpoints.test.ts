import { describe, expect, it } from "vitest";
import { accept } from "../../../functions/account/accept.ts";
import { claim, report } from "../../../functions/account/attempts.ts";
import { beginDelivery, finishDelivery } from "../../../functions/account/deliveries.ts";
import { wants } from "../../../functions/account/endpoint-row.ts";
import { setLowBalance } from "../../../functions/account/low-balance.ts";
import { resume, suspend } from "../../../functions/account/suspension.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { EventFilter } from "../../../schemas/webhook-endpoint.ts";
import { EventType } from "../../../schemas/webhook-event.ts";
import { manifest } from "./fixtures.ts";
import { testAccount, type TestAccount } from "./harness.ts";
import { PostOffice } from "./post-office.ts";

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const day = 24 * 3_600_000;

function opened(answer: (url: string) => number = () => 200) {
  const account = testAccount();
  const office = new PostOffice(account, ({ url }) => ({ status: answer(url) }));
  return { account, office };
}

function endpoint(office: PostOffice, name: string, ...events: EventFilter[]): string {
  const url = `https://${name}.example.org/`;
  return office.ask("createEndpoint", { url, events, description: name, secret }).id;
}

/** An edit that runs to its end; every delivery on the way is sent. */
function finishedEdit(account: TestAccount, office: PostOffice, parameters: object = {}): string {
  const { id } = account.accept({ parameters: EditParameters.parse(parameters) });
  const claimed = claim(account.context, id);
  if (typeof claimed === "string") throw new Error(`the edit is ${claimed}`);
  office.take(claimed.claim.messages);
  for (const news of [
    { type: "processing" },
    { type: "manifest", manifest: manifest(id, 1) },
  ] as const) {
    office.take(report(account.context, id, 1, news)?.messages ?? []);
  }
  office.pass(20_000);
  return id;
}

/** What came to a receiver: the types of events, in the order of the tries. */
function arrived(office: PostOffice, name: string): string[] {
  return office.tries
    .filter(({ task }) => task.url.includes(`//${name}.`))
    .map(({ task }) => (JSON.parse(task.payload) as { type: string }).type);
}

describe("a filter", () => {
  it.each<[EventFilter[], EventType[]]>([
    [["*"], EventType.options],
    [["edit.*"], EventType.options.filter((type) => type.startsWith("edit."))],
    [["endpoint.*"], ["endpoint.disabled"]],
    [
      ["account.*", "balance.*"],
      ["balance.low", "account.suspended", "account.resumed"],
    ],
    [
      ["edit.failed", "edit.expired"],
      ["edit.failed", "edit.expired"],
    ],
    [[], []],
  ])("%j lets %j through", (filters, types) => {
    expect(EventType.options.filter((type) => wants(filters, type))).toEqual(types);
  });

  it("may name every type but the test, which nobody subscribes to", () => {
    const named = EventFilter.options.filter((filter) => !filter.includes("*"));
    expect([...named, "webhook.test"].toSorted()).toEqual([...EventType.options].toSorted());
  });
});

describe("an endpoint", () => {
  it("gets what happens to the account itself", () => {
    const { account, office } = opened();
    endpoint(office, "operators", "account.*", "balance.*");
    setLowBalance(account.context, 1_000_000);
    const accepted = accept(account.context, account.request());
    office.take(accepted.ok ? accepted.value.messages : []);
    suspend(account.context, "unpaid");
    suspend(account.context, "still unpaid");
    resume(account.context);
    office.pass(20_000);
    expect(arrived(office, "operators").toSorted()).toEqual([
      "account.resumed",
      "account.suspended",
      "balance.low",
    ]);
  });

  it("gets every event that its filter matches, beside the edit's own webhook", () => {
    const { account, office } = opened();
    endpoint(office, "all", "edit.*");
    endpoint(office, "ends", "edit.succeeded", "edit.failed");
    endpoint(office, "none", "endpoint.*");
    const id = finishedEdit(account, office, { webhook: "https://own.example.org/hook" });
    expect(arrived(office, "all").toSorted()).toEqual([
      "edit.processing",
      "edit.queued",
      "edit.starting",
      "edit.succeeded",
    ]);
    expect(arrived(office, "ends")).toEqual(["edit.succeeded"]);
    expect(arrived(office, "own")).toEqual(["edit.succeeded"]);
    expect(arrived(office, "none")).toEqual([]);
    const ids = office.tries
      .filter(({ task }) => task.payload.includes('"edit.succeeded"'))
      .map(({ task }) => task.event);
    expect(new Set(ids).size).toBe(1);
    const { data } = office.ask("editDeliveries", { id, limit: 100 });
    expect(data).toHaveLength(6);
    expect(data.every(({ status, tries }) => status === "delivered" && tries === 1)).toBe(true);
  });

  it("that answers 410 is disabled at once; what was on its way ends, and the others hear of it", () => {
    const { account, office } = opened((url) => (url.includes("gone") ? 410 : 200));
    const gone = endpoint(office, "gone", "*");
    endpoint(office, "watch", "endpoint.*");
    finishedEdit(account, office);
    expect(office.ask("endpoint", { id: gone })).toMatchObject({
      status: "disabled",
      disabled_reason: "gone",
    });
    expect(arrived(office, "watch")).toEqual(["endpoint.disabled"]);
    const log = account.context.storage.exec<{ sequence: number; type: string }>(
      "SELECT sequence, type FROM events ORDER BY sequence",
    );
    expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, place) => place + 1));
    expect(log.map(({ type }) => type)).toContain("endpoint.disabled");
    const before = office.tries.length;
    finishedEdit(account, office);
    office.pass(4 * day);
    expect(office.tries).toHaveLength(before);
  });

  it("that is deleted takes what is on its way with it, a try under way included", () => {
    const { account, office } = opened();
    const id = endpoint(office, "slow", "edit.queued");
    account.accept();
    const { data } = office.ask("endpointDeliveries", { id, limit: 10 });
    const delivery = data[0]?.id ?? "";
    expect(beginDelivery(account.context, delivery)).not.toBeNull();
    office.ask("deleteEndpoint", { id });
    const outcome = { status: 500, error: "500", retryAfter: null };
    expect(finishDelivery(account.context, delivery, outcome, 0)).toEqual([]);
    expect(office.ask("delivery", { id: delivery })).toMatchObject({
      status: "canceled",
      next_try_at: null,
    });
    expect(() => office.ask("endpoint", { id })).toThrow("webhook_endpoint_not_found");
  });

  it("that moves gets what is still on its way at its new address", () => {
    const { account, office } = opened((url) => (url.includes("old") ? 500 : 200));
    const id = endpoint(office, "old", "edit.queued");
    account.accept();
    office.pass(17_000);
    expect(arrived(office, "old")).toEqual(["edit.queued"]);
    office.ask("changeEndpoint", { id, change: { url: "https://new.example.org/" } });
    office.pass(60_000);
    expect(arrived(office, "new")).toEqual(["edit.queued"]);
  });

  it("that was disabled gets new events once it is enabled again", () => {
    const { account, office } = opened();
    const id = endpoint(office, "back", "edit.queued");
    account.accept();
    office.ask("changeEndpoint", { id, change: { status: "disabled" } });
    expect(() => office.ask("testEndpoint", { id })).toThrow("webhook_endpoint_disabled");
    finishedEdit(account, office);
    expect(arrived(office, "back")).toEqual([]);
    const [canceled] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    expect(canceled?.status).toBe("canceled");
    const again = () => office.ask("redeliver", { id: canceled?.id ?? "" });
    expect(again).toThrow("webhook_endpoint_disabled");
    const back = office.ask("changeEndpoint", { id, change: { status: "enabled" } });
    expect(back).toMatchObject({ status: "enabled", disabled_reason: null, disabled_at: null });
    finishedEdit(account, office);
    expect(arrived(office, "back")).toEqual(["edit.queued"]);
    expect(again()).toMatchObject({ redelivery_of: canceled?.id });
    expect(arrived(office, "back")).toEqual(["edit.queued", "edit.queued"]);
  });

  it("gets a test event whatever its filter, and no other endpoint does", () => {
    const { office } = opened();
    const id = endpoint(office, "tested", "edit.failed");
    endpoint(office, "other", "*");
    expect(office.ask("testEndpoint", { id })).toMatchObject({
      type: "webhook.test",
      endpoint: id,
      edit: null,
    });
    office.pass(1_000);
    expect(arrived(office, "tested")).toEqual(["webhook.test"]);
    expect(arrived(office, "other")).toEqual([]);
  });
});

describe("a secret", () => {
  it("that was replaced signs as well for 24 hours: an endpoint's and the account's", () => {
    const { account, office } = opened();
    const id = endpoint(office, "e", "edit.canceled");
    const fresh = "whsec_ZnJlc2gtZnJlc2gtZnJlc2gtZnJlc2gtZnJlc2ghISE=";
    const secrets = () => {
      const before = office.tries.length;
      const edit = account.accept({
        parameters: EditParameters.parse({ webhook: "https://own.example.org/" }),
      });
      account.pass(account.context.settings.editDuration);
      office.pass(1_000);
      office.ask("testEndpoint", { id });
      const tries = office.tries.slice(before).map(({ task }) => task);
      return [tries.find((t) => t.edit === edit.id)?.secrets, tries.at(-1)?.secrets];
    };
    const [defaultBefore, endpointBefore] = secrets();
    const { previous_expires_at: until } = office.ask("rotateSecret", { id, secret: fresh });
    office.ask("rotateDefaultSecret", { secret: fresh });
    expect(Date.parse(until) - account.context.now()).toBe(day);
    expect(secrets()).toEqual([
      [fresh, ...(defaultBefore ?? [])],
      [fresh, ...(endpointBefore ?? [])],
    ]);
    office.pass(day);
    expect(secrets()).toEqual([[fresh], [fresh]]);
    expect(office.ask("endpointSecret", { id })).toBe(fresh);
  });
});

describe("a delivery", () => {
  it("that has ended is sent again as another delivery of the same event", () => {
    const { account, office } = opened();
    const id = endpoint(office, "e", "edit.queued");
    account.accept();
    office.pass(20_000);
    const [first] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    const again = office.ask("redeliver", { id: first?.id ?? "" });
    expect(again).toMatchObject({ redelivery_of: first?.id, event: first?.event, tries: 0 });
    const { payload, event } = office.tries.at(-1)?.task ?? {};
    expect({ payload, event }).toEqual({
      payload: office.tries[0]?.task.payload,
      event: office.tries[0]?.task.event,
    });
    office.pass(1_000);
    expect(office.ask("delivery", { id: again.id }).status).toBe("delivered");
  });

  it("that is pending is tried at once, and no second one is made", () => {
    const { account, office } = opened(() => 500);
    const id = endpoint(office, "e", "edit.queued");
    account.accept();
    office.pass(60_000);
    expect(office.tries).toHaveLength(2);
    const [first] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    expect(office.ask("redeliver", { id: first?.id ?? "" }).id).toBe(first?.id);
    expect(office.tries).toHaveLength(3);
    expect(office.counts()).toEqual({ pending: 1 });
  });

  it("shows its tries, the receiver's answer and when the next try is", () => {
    const { account, office } = opened();
    const id = endpoint(office, "e", "edit.queued");
    account.accept();
    const [{ id: delivery } = { id: "" }] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    beginDelivery(account.context, delivery);
    const outcome = { status: 503, error: "the receiver answered 503", retryAfter: 60 };
    finishDelivery(account.context, delivery, { ...outcome, response: "later" }, 0);
    const next = new Date(account.context.now() + 60_000).toISOString();
    expect(office.ask("delivery", { id: delivery })).toMatchObject({
      status: "pending",
      type: "edit.queued",
      tries: 1,
      last_status: 503,
      last_error: "the receiver answered 503",
      last_response: "later",
      next_try_at: next,
      completed_at: null,
    });
  });

  it("of an endpoint is listed newest first, page by page", () => {
    const { account, office } = opened();
    const id = endpoint(office, "e", "edit.queued");
    const made = Array.from({ length: 5 }, () => account.accept().id).toReversed();
    const seen: (string | null)[] = [];
    let before: string | undefined;
    for (let page = 0; page < 3; page++) {
      const { data, next } = office.ask("endpointDeliveries", { id, limit: 2, before });
      seen.push(...data.map(({ edit }) => edit));
      before = next ?? undefined;
      expect(next === null).toBe(page === 2);
    }
    expect(seen).toEqual(made);
  });

  it("that the release before wrote is sent and shown like any other", () => {
    const { account, office } = opened();
    const now = account.context.now();
    account.context.storage.exec(
      `INSERT INTO deliveries (id, edit, event, url, payload, status, due_at, next_at, created_at)
       VALUES ('dlv_1', 'edit_1', 'evt_1', 'https://own.example.org/', '{"type":"edit.failed"}', 'pending', ?, ?, ?)`,
      now,
      now,
      now,
    );
    office.pass(1_000);
    expect(arrived(office, "own")).toEqual(["edit.failed"]);
    expect(office.ask("delivery", { id: "dlv_1" })).toMatchObject({
      type: "edit.failed",
      status: "delivered",
      endpoint: null,
    });
  });

  it("loses its payload 7 days after its end, and cannot be sent again then", () => {
    const { account, office } = opened();
    const id = endpoint(office, "e", "edit.queued");
    account.accept({ parameters: EditParameters.parse({ metadata: { note: "private" } }) });
    office.pass(7 * day - 1_000);
    const rows = () =>
      JSON.stringify([
        account.context.storage.exec("SELECT * FROM deliveries"),
        account.context.storage.exec("SELECT * FROM events"),
      ]);
    expect(rows()).toContain("private");
    office.pass(day);
    expect(rows()).not.toContain("private");
    const [first] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    expect(first).toMatchObject({ type: "edit.queued", status: "delivered" });
    expect(() => office.ask("redeliver", { id: first?.id ?? "" })).toThrow("delivery_payload_gone");
  });
});
