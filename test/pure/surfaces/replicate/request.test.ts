import { describe, expect, it } from "vitest";
import { readCancelAfter } from "../../../../functions/surfaces/replicate/cancel-after.ts";
import { FileLabels } from "../../../../functions/surfaces/replicate/file.ts";
import { echoOf } from "../../../../functions/surfaces/replicate/input.ts";

describe("Cancel-After", () => {
  it.each([
    ["90", 90],
    ["45s", 45],
    ["1m", 60],
    ["1m30s", 90],
    ["1h", 3_600],
    [" 5s ", 5],
  ])("%j is %d seconds", (header, seconds) => {
    expect(readCancelAfter(header)).toEqual({ ok: true, value: seconds * 1000 });
  });

  it.each(["", "4s", "61m", "2h", "1d", "soon", "-5", "1.5m", "5s1m", "m"])(
    "%j is refused",
    (header) => {
      expect(readCancelAfter(header)).toMatchObject({
        ok: false,
        problem: { errors: [{ pointer: "/cancel-after" }] },
      });
    },
  );

  it("left out leaves the usual deadline", () => {
    expect(readCancelAfter(undefined)).toEqual({ ok: true, value: undefined });
  });
});

describe("a prediction's input", () => {
  it("is given back without the bytes of data: URIs, and bounded", () => {
    const sent = {
      image: `data:image/png;base64,${"A".repeat(90_000)}`,
      seed: 7,
      prompt: "p".repeat(9_000),
    };
    expect(JSON.parse(echoOf(sent))).toEqual({
      image: "data:image/png;base64,...",
      seed: 7,
      prompt: `${"p".repeat(2_048)}...`,
    });
  });
});

describe("a file's metadata", () => {
  it.each(["[]", "1", "null", "{", `{"a":"${"x".repeat(1_100)}"}`])("cannot be %s", (metadata) => {
    expect(FileLabels.safeParse({ metadata }).success).toBe(false);
  });

  it("may be left out", () => {
    expect(FileLabels.parse({})).toEqual({ name: "", metadata: "{}" });
  });
});
