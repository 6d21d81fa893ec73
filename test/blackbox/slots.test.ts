import { afterAll, beforeAll, expect, it } from "vitest";
import type { Edit } from "../../schemas/edit.ts";
import { compare } from "./harness/compare.ts";
import { photograph, startSystem, type TestSystem } from "./harness/system.ts";

const slots = 3;
let system: TestSystem;

beforeAll(async () => {
  system = await startSystem({ slots });
});

afterAll(async () => {
  await system?.stack.close();
});

it("a container with several slots runs so many edits side by side, and the others after them", async () => {
  const created: Edit[] = [];
  for (let number = 0; number < 2 * slots; number++) {
    created.push(await system.edit({ steps: "50", seed: String(number) }));
  }
  let most = 0;
  for (let left = created.length; left > 0;) {
    const edits = await system.list();
    most = Math.max(most, edits.filter(({ status }) => status === "processing").length);
    left = edits.filter(({ completed_at: end }) => end === null).length;
  }
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(slots);
  for (const { id } of created) {
    const finished = await system.ended(id);
    expect(finished).toMatchObject({ status: "succeeded", progress: 1 });
    const result = compare(photograph.image, photograph.mask, await system.download(finished));
    expect(result.kept_changed).toBe(0);
  }
});
