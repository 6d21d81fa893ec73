import { describe, expect, it } from "vitest";
import type { Stage, Unclaimed } from "../../../functions/account/attempts.ts";
import { dispatch } from "../../../functions/dispatch/dispatch.ts";
import type { Services } from "../../../functions/dispatch/ports.ts";

const release = { v: 1, type: "release", account: "a", edit: "e" };

/** Dispatches an edit that is at `stage`, where the pool has room or not. */
function dispatched(stage: Stage | Unclaimed, granted: boolean) {
  const account = {
    claim: () => Promise.resolve(stage),
    wait: () => Promise.resolve(stage),
  };
  const slot = granted ? { granted } : { granted, position: 1, retryAfter: null };
  const services = {
    account: () => account,
    pool: { acquire: () => Promise.resolve(slot) },
  } as unknown as Services;
  return dispatch(services, "a", "e", 1);
}

describe("a dispatch", () => {
  it("of an edit that runs already leaves it the slot it has", async () => {
    expect(await dispatched("running", true)).toEqual([]);
  });

  it("of an edit that is over gives its slot back, or its place in the line", async () => {
    expect(await dispatched("over", true)).toEqual([release]);
    expect(await dispatched("over", false)).toEqual([release]);
  });

  it("of an attempt that came to its end long ago gives back what that attempt has, and no more", async () => {
    expect(await dispatched("superseded", true)).toEqual([{ ...release, attempt: 1 }]);
  });

  it("of an edit that finds no slot leaves it in the line", async () => {
    expect(await dispatched("queued", false)).toEqual([]);
  });
});
