import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceSeam } from "../../../functions/playground/client/seam.ts";

/** The seam of a mask written as rows of dots and hashes. */
function seamOf(...rows: string[]) {
  const size = { width: rows[0]?.length ?? 0, height: rows.length };
  return traceSeam((x, y) => rows[y]?.[x] === "#", size);
}

describe("the seam of a mask", () => {
  it("goes once around a square, clockwise", () => {
    expect(seamOf("....", ".##.", ".##.", "....")).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: 1 },
      { x: 3, y: 1 },
      { x: 3, y: 2 },
      { x: 3, y: 3 },
      { x: 2, y: 3 },
      { x: 1, y: 3 },
      { x: 1, y: 2 },
    ]);
  });

  it("takes the longest outline first, and holes as well", () => {
    const seam = seamOf(".......", ".#.###.", "...#.#.", "...###.", ".......");
    expect(seam).toHaveLength(12 + 4 + 4);
    expect(seam[0]).toEqual({ x: 3, y: 1 });
  });

  it("is not along the picture's own border", () => {
    expect(seamOf("##..", "##..").every(({ x }) => x === 2)).toBe(true);
    expect(seamOf("##", "##")).toEqual([]);
  });

  it("has each edge between marked and kept exactly once, in steps of one", () => {
    const cell = fc.constantFrom("#", ".");
    const rows = fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(rows, (inner) => {
        const padded = ["........", ...inner.map((row) => `.${row.join("")}.`), "........"];
        const at = (x: number, y: number) => padded[y]?.[x] === "#";
        let edges = 0;
        for (let y = 0; y < 7; y++) {
          for (let x = 0; x < 8; x++) {
            if (at(x, y) !== at(x + 1, y)) edges += 1;
            if (at(x, y) !== at(x, y + 1)) edges += 1;
          }
        }
        expect(seamOf(...padded)).toHaveLength(edges);
      }),
    );
  });
});
