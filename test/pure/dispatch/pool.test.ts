import { describe, expect, it } from "vitest";
import { Pool } from "../../../functions/dispatch/pool.ts";
import { nodeStorage } from "../../harness/node-storage.ts";

const pool = (slots: number, perMinute: number | null = null) =>
  new Pool(nodeStorage(), { slots, perMinute });

describe("the pool", () => {
  it("leases its slots and tells the others their place", () => {
    const shared = pool(1);
    expect(shared.acquire({ account: "a", edit: "a1" }, 0)).toMatchObject({ granted: true });
    expect(shared.acquire({ account: "b", edit: "b1" }, 1)).toMatchObject({
      granted: false,
      position: 1,
    });
    expect(shared.acquire({ account: "c", edit: "c1" }, 2)).toMatchObject({
      granted: false,
      position: 2,
    });
    expect(shared.release("a1", undefined, 3)).toEqual([{ account: "b", edit: "b1" }]);
    expect(shared.acquire({ account: "b", edit: "b1" }, 4)).toMatchObject({ granted: true });
  });

  it("grants a slot again to who holds it", () => {
    const shared = pool(1);
    shared.acquire({ account: "a", edit: "a1" }, 0);
    expect(shared.acquire({ account: "a", edit: "a1" }, 1)).toEqual({
      granted: true,
    });
  });

  it("lets another account's first edit pass a thousand of one account", () => {
    const shared = pool(2);
    for (let i = 0; i < 1000; i++) {
      shared.acquire({ account: "a", edit: `a${String(i).padStart(4, "0")}` }, i);
    }
    expect(shared.acquire({ account: "b", edit: "b1" }, 2000)).toMatchObject({ position: 1 });
    expect(shared.release("a0000", undefined, 2001)).toEqual([{ account: "b", edit: "b1" }]);
  });

  it("names nobody after a release that gives nothing back", () => {
    const shared = pool(1);
    shared.acquire({ account: "a", edit: "a1" }, 0);
    shared.acquire({ account: "b", edit: "b1" }, 1);
    expect(shared.release("a2", undefined, 2)).toEqual([]);
    expect(shared.release("a1", undefined, 3)).toEqual([{ account: "b", edit: "b1" }]);
    expect(shared.release("a1", undefined, 4)).toEqual([]);
  });

  it("leaves a newer attempt the slot that it took over, however late the older one's release comes", () => {
    const shared = pool(1);
    shared.acquire({ account: "a", edit: "a1", attempt: 1 }, 0);
    expect(shared.acquire({ account: "a", edit: "a1", attempt: 2 }, 1).granted).toBe(true);
    shared.acquire({ account: "b", edit: "b1", attempt: 1 }, 2);
    expect(shared.release("a1", 1, 3)).toEqual([]);
    expect(shared.acquire({ account: "b", edit: "b1", attempt: 1 }, 4).granted).toBe(false);
    // Asked for once more by a message that is late itself.
    expect(shared.acquire({ account: "a", edit: "a1", attempt: 1 }, 5).granted).toBe(true);
    expect(shared.release("a1", 1, 6)).toEqual([]);
    expect(shared.release("a1", 2, 7)).toEqual([{ account: "b", edit: "b1", attempt: 1 }]);
  });

  it("leaves a newer attempt its place in the line, and takes everything of an edit that is over", () => {
    const shared = pool(1);
    shared.acquire({ account: "b", edit: "b1", attempt: 1 }, 0);
    shared.acquire({ account: "a", edit: "a1", attempt: 2 }, 1);
    shared.acquire({ account: "c", edit: "c1", attempt: 1 }, 2);
    shared.release("a1", 1, 3);
    expect(shared.acquire({ account: "c", edit: "c1", attempt: 1 }, 4)).toMatchObject({
      position: 2,
    });
    shared.release("a1", undefined, 5);
    expect(shared.release("b1", undefined, 6)).toEqual([{ account: "c", edit: "c1", attempt: 1 }]);
  });

  it("understands releases and candidates of the release before, which name no attempt", () => {
    const storage = nodeStorage();
    storage.exec(
      "CREATE TABLE slots (edit TEXT PRIMARY KEY, account TEXT NOT NULL, until INTEGER NOT NULL) STRICT",
    );
    storage.exec("INSERT INTO slots VALUES ('a1', 'a', 600000)");
    const shared = new Pool(storage, { slots: 1, perMinute: null });
    expect(shared.acquire({ account: "b", edit: "b1" }, 1).granted).toBe(false);
    expect(shared.release("a1", 1, 2)).toEqual([{ account: "b", edit: "b1" }]);
    expect(shared.acquire({ account: "b", edit: "b1", attempt: 1 }, 3).granted).toBe(true);
    shared.release("b1", undefined, 4);
    expect(shared.acquire({ account: "c", edit: "c1", attempt: 1 }, 5).granted).toBe(true);
  });

  it("gives a slot no one released back after its lease", () => {
    const shared = pool(1);
    shared.acquire({ account: "a", edit: "a1" }, 0);
    expect(shared.acquire({ account: "b", edit: "b1" }, 15 * 60_000)).toMatchObject({
      granted: true,
    });
  });

  it("lets others pass who do not come when it is their turn, and who come late go on", () => {
    const shared = pool(1);
    shared.acquire({ account: "a", edit: "a1" }, 0);
    shared.acquire({ account: "b", edit: "b1" }, 1);
    shared.acquire({ account: "c", edit: "c1" }, 2);
    expect(shared.release("a1", undefined, 3)).toEqual([{ account: "b", edit: "b1" }]);
    expect(shared.acquire({ account: "c", edit: "c1" }, 4)).toMatchObject({ position: 1 });
    expect(shared.acquire({ account: "c", edit: "c1" }, 15_003)).toMatchObject({ granted: true });
    expect(shared.acquire({ account: "b", edit: "b1" }, 15_004)).toMatchObject({ position: 1 });
    expect(shared.release("c1", undefined, 15_005)).toEqual([{ account: "b", edit: "b1" }]);
  });

  it("makes nobody wait for longer than a minute when the clock was set back", () => {
    const shared = pool(10, 1);
    shared.acquire({ account: "a", edit: "a1" }, 600_000);
    expect(shared.acquire({ account: "a", edit: "a2" }, 0)).toMatchObject({ retryAfter: 60_000 });
    expect(shared.acquire({ account: "a", edit: "a2" }, 60_000)).toMatchObject({ granted: true });
  });

  it("keeps to the provider's rate and says when the next start is possible", () => {
    const shared = pool(10, 2);
    shared.acquire({ account: "a", edit: "a1" }, 0);
    shared.acquire({ account: "a", edit: "a2" }, 1_000);
    expect(shared.acquire({ account: "a", edit: "a3" }, 2_000)).toEqual({
      granted: false,
      position: 1,
      retryAfter: 58_000,
    });
    expect(shared.acquire({ account: "a", edit: "a3" }, 60_000)).toMatchObject({ granted: true });
  });
});
