import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cancelEdit } from "../../../functions/account/deletion.ts";
import { maxInFlight } from "../../../functions/deliver/breaker.ts";
import { EditParameters } from "../../../schemas/edit.ts";
import { testAccount, type TestAccount } from "./harness.ts";
import { PostOffice } from "./post-office.ts";

const hour = 3_600_000;
const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const good = "https://good.example.org/hook";
const bad = "https://bad.example.org/hook";

/** An edit that is made and cancelled at once: two events of an account's log. */
function edit(account: TestAccount, office: PostOffice, webhook?: string): void {
  const { id } = account.accept({ parameters: EditParameters.parse({ webhook }) });
  const canceled = cancelEdit(account.context, id);
  if (canceled.ok) office.take(canceled.value.messages);
}

function endpoint(office: PostOffice, url: string) {
  return office.ask("createEndpoint", { url, events: ["edit.canceled"], description: "", secret });
}

describe("a lane", () => {
  it("of an endpoint that is slow holds no more than ten tries, and delays no other endpoint", () => {
    const account = testAccount();
    const office = new PostOffice(account, ({ url }) => ({
      status: 200,
      takes: url === bad ? 15_000 : 50,
    }));
    for (const url of [bad, good]) endpoint(office, url);
    for (let made = 0; made < 100; made++) edit(account, office);
    office.pass(20_000);
    const served = office.tries.filter(({ task }) => task.url === good);
    expect(served).toHaveLength(100);
    expect(office.busiest.get(bad)).toBe(maxInFlight);
    office.pass(hour);
    expect(office.counts()).toEqual({ delivered: 200 });
    expect(account.context.storage.exec("SELECT * FROM lanes")).toEqual([]);
  });

  it("of an endpoint that fails gets a probe now and then, until it is back", () => {
    const account = testAccount();
    let down = true;
    const office = new PostOffice(account, () => ({ status: down ? 503 : 200 }));
    endpoint(office, bad);
    for (let made = 0; made < 100; made++) edit(account, office);
    office.pass(hour);
    // Ten at first, five or more of them failed before anyone noticed; then 30 s, 1, 2, 4, 8 and 10 minutes apart.
    expect(office.tries.length).toBeLessThan(30);
    down = false;
    office.pass(12 * 60_000);
    expect(office.counts()["delivered"]).toBeGreaterThan(85);
    office.pass(6 * hour);
    expect(office.counts()).toEqual({ delivered: 100 });
  });

  it("of an endpoint that failed five times in a row sends one try of many that come at once", () => {
    const account = testAccount();
    const office = new PostOffice(account, () => ({ status: 503 }));
    endpoint(office, bad);
    for (let made = 0; made < 5; made++) edit(account, office);
    office.pass(1_000);
    expect(office.tries).toHaveLength(5);
    account.pass(40_000);
    for (let made = 0; made < 5; made++) edit(account, office);
    expect(office.tries).toHaveLength(6);
  });

  it("of an endpoint that fails is tried at once by hand, and opens for all when it answers", () => {
    const account = testAccount();
    let down = true;
    const office = new PostOffice(account, () => ({ status: down ? 503 : 200 }));
    const { id } = endpoint(office, bad);
    for (let made = 0; made < 40; made++) edit(account, office);
    office.pass(hour);
    const before = office.tries.length;
    office.ask("testEndpoint", { id });
    expect(office.tries).toHaveLength(before + 1);
    office.pass(1_000);
    down = false;
    const [newest] = office.ask("endpointDeliveries", { id, limit: 1 }).data;
    office.ask("redeliver", { id: newest?.id ?? "" });
    expect(office.tries).toHaveLength(before + 2);
    office.pass(60_000);
    expect(office.counts()["delivered"]).toBeGreaterThan(30);
  });

  it("of an endpoint that never answers ends with it, after the whole schedule of its oldest event", () => {
    const account = testAccount();
    const office = new PostOffice(account, () => ({ status: null, takes: 15_000 }));
    const { id } = endpoint(office, bad);
    for (let made = 0; made < 50; made++) edit(account, office);
    office.pass(75 * hour);
    expect(office.ask("endpoint", { id }).status).toBe("enabled");
    office.pass(10 * hour);
    expect(office.ask("endpoint", { id })).toMatchObject({
      status: "disabled",
      disabled_reason: "exhausted",
    });
    expect(office.counts()).toEqual({ failed: 1, canceled: 49 });
    const { data } = office.ask("endpointDeliveries", { id, limit: 100 });
    expect(data.find(({ status }) => status === "failed")).toEqual(data.at(-1));
  });

  it("of edits' own webhooks ends each delivery too, however many wait for the same address", () => {
    const account = testAccount();
    const office = new PostOffice(account, () => ({ status: 500 }));
    for (let made = 0; made < 60; made++) edit(account, office, `${bad}?edit=${made}`);
    // The schedule with its jitter, and the longest pause between two tries.
    office.pass(84 * hour + 27 * hour);
    expect(office.counts()).toEqual({ failed: 60 });
    expect(account.context.storage.exec("SELECT * FROM lanes")).toEqual([]);
  });

  it("loses nobody, whatever messages and outcomes get lost and however receivers answer", () => {
    const answers = fc.array(fc.constantFrom(200, 200, 500, null), { minLength: 8, maxLength: 8 });
    const lost = fc.array(fc.boolean(), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(answers, lost, (statuses, losses) => {
        const account = testAccount();
        let tried = 0;
        let sent = 0;
        let well = false;
        const office = new PostOffice(
          account,
          () => ({ status: well ? 200 : (statuses[tried++ % 8] ?? null), takes: 2_000 }),
          () => !well && (losses[sent++ % 16] ?? false),
        );
        endpoint(office, bad);
        for (let made = 0; made < 25; made++) edit(account, office, good);
        office.pass(2 * hour);
        well = true;
        office.pass(80 * hour);
        expect(office.counts()).toEqual({ delivered: 50 });
        for (const busy of office.busiest.values()) expect(busy).toBeLessThanOrEqual(maxInFlight);
      }),
      { numRuns: 15 },
    );
  });
});
