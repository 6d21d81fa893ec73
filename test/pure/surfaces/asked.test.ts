import { describe, expect, it } from "vitest";
import { completed } from "../../../functions/surfaces/asked.ts";

describe("what a surface asks", () => {
  it("has every default filled in, and nothing left of what changes nothing", () => {
    const result = completed({ task: "erase", mask_mode: "white", grow: 0, mask_resize: false });
    expect(result).toMatchObject({
      ok: true,
      value: { task: "erase", n: 1, output_format: "png" },
    });
    if (result.ok) expect(Object.keys(result.value)).not.toContain("mask_mode");
  });

  it("is refused where a value is none that edits take", () => {
    expect(completed({ width: 1_536 })).toMatchObject({
      ok: false,
      problem: { code: "request_invalid", errors: [{ pointer: "/width" }] },
    });
  });

  it.each([
    [{ mask_mode: "alpha" }, "/mask_mode"],
    [{ grow: 5 }, "/grow"],
    [{ left: 64 }, "/left"],
    [{ quality: 80 }, "/quality"],
    [{ mask_resize: true }, "/mask_resize"],
  ] as const)(
    "is refused with a code where it holds %j, which is not served yet",
    (asked, pointer) => {
      expect(completed(asked)).toMatchObject({
        ok: false,
        problem: { code: "parameter_unsupported", errors: [{ pointer }] },
      });
    },
  );
});
