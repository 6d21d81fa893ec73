import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Edit } from "../../schemas/edit.ts";
import { compare } from "./harness/compare.ts";
import { credits, photograph, startSystem, type TestSystem } from "./harness/system.ts";

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem({
    variables: { STARTING_LEASE_SECONDS: "3", PROCESSING_LEASE_SECONDS: "3" },
  });
});

afterAll(async () => {
  await system?.stack.close();
});

/** Sends an edit that takes seconds and waits until the model is at work on it. */
async function inTheMiddle(): Promise<Edit> {
  const { id } = await system.edit({ task: "inpaint", steps: "50", n: "2", prompt: "grass" });
  for (let look = 0; look < 600; look++) {
    const edit = await system.get(id);
    if (edit.status === "processing") return edit;
    if (edit.completed_at !== null) throw new Error(`it ended too soon, as ${edit.status}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the model never began");
}

/** The edit has to end well, whole, and paid for once. */
async function endsWell({ id, price }: Edit, before: number): Promise<Edit> {
  const finished = await system.ended(id);
  expect(finished).toMatchObject({ status: "succeeded", price: { charged: price.reserved } });
  const result = compare(photograph.image, photograph.mask, await system.download(finished, 1));
  expect(result).toMatchObject({ kept_changed: 0, result_size: result.input_size });
  expect(await system.balance()).toMatchObject({ available: before - price.reserved, reserved: 0 });
  return finished;
}

describe("an edit", () => {
  it("whose Cog server is killed with -9 in the middle succeeds on the next one, and is charged once", async () => {
    const edit = await inTheMiddle();
    await system.stack.killCog();
    await system.stack.startCog();
    const finished = await endsWell(edit, credits);
    expect(finished.metrics.attempts).toBeGreaterThan(1);
    expect(await system.ledger()).toEqual(["grant", "reserve", "capture"]);
  });

  it("whose Worker is stopped in the middle and started again finishes, and is charged once", async () => {
    const { available } = await system.balance();
    const edit = await inTheMiddle();
    await system.stack.stopEdge();
    await system.stack.startEdge();
    await endsWell(edit, available);
    expect(await system.ledger()).toEqual(["grant", "reserve", "capture", "reserve", "capture"]);
  });
});
