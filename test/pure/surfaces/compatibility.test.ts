import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compatibilityPage } from "../../../infra/compatibility/page.ts";

it("the published tables are those of the code", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/compatibility.md"), "utf8");
  expect(page).toBe(compatibilityPage());
});
