import { expect, it } from "vitest";
import { barOf } from "../../../infra/cli/progress.ts";

it.each([
  [0, `${"·".repeat(30)}   0 %  queued`, "queued"],
  [0.45, `${"█".repeat(14)}${"·".repeat(16)}  45 %  processing`, "processing"],
  [1, `${"█".repeat(30)} 100 %  succeeded`, "succeeded"],
])("draws a progress of %d", (progress, line, status) => {
  expect(barOf(progress, status)).toBe(line);
});
