import { describe, expect, it } from "vitest";
import { Manifest } from "../../../schemas/manifest.ts";
import vectors from "../../../schemas/vectors/manifest.json" with { type: "json" };

describe("a manifest", () => {
  it.each(vectors.valid.map(({ name, manifest }) => [name, manifest] as const))(
    "of %s is read as it was written",
    (_name, manifest) => {
      expect(Manifest.parse(manifest)).toEqual(manifest);
    },
  );

  it.each(vectors.invalid.map(({ name, manifest }) => [name, manifest] as const))(
    "of %s is none",
    (_name, manifest) => {
      expect(Manifest.safeParse(manifest).success).toBe(false);
    },
  );
});
