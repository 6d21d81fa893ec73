import { describe, expect, it } from "vitest";
import { completed } from "../../../functions/surfaces/asked.ts";

describe("what a surface asks", () => {
  it("has every default filled in", () => {
    expect(completed({ task: "erase", mask_mode: "alpha", grow: 5 })).toMatchObject({
      ok: true,
      value: { task: "erase", n: 1, output_format: "png", mask_mode: "alpha", grow: 5 },
    });
  });

  it.each([
    [{ width: 1_536 }, "/width"],
    [{ grow: 257 }, "/grow"],
    [{ metadata: { user: "u".repeat(513) } }, "/metadata/user"],
  ])("is refused where %j is none that edits take", (asked, pointer) => {
    expect(completed(asked)).toMatchObject({
      ok: false,
      problem: { code: "request_invalid", errors: [{ pointer }] },
    });
  });
});
