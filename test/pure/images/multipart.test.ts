import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headBytes } from "../../../functions/images/head.ts";
import { MultipartError, MultipartScanner } from "../../../functions/images/multipart.ts";

const boundary = "----boundary7";
const encode = (text: string) => new TextEncoder().encode(text);

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly content: Uint8Array;
}

function bodyOf(parts: readonly Part[]): Uint8Array {
  const pieces = parts.flatMap(({ name, filename, content }) => [
    encode(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"`),
    encode(filename === undefined ? "" : `; filename="${filename}"\r\ncontent-type: image/png`),
    encode("\r\n\r\n"),
    content,
    encode("\r\n"),
  ]);
  return new Uint8Array(Buffer.concat([...pieces, encode(`--${boundary}--\r\n`)]));
}

function scan(body: Uint8Array, sizes: readonly number[] = [body.length]) {
  const scanner = new MultipartScanner(boundary);
  for (let at = 0, i = 0; at < body.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    scanner.push(body.subarray(at, at + size));
    at += size;
  }
  return scanner.finish();
}

describe("the multipart scanner", () => {
  it("finds the same parts however the body is cut into chunks", () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      // Content that looks like a delimiter and is none.
      fc.constantFrom("\r\n--", `\r\n--${boundary.slice(0, -1)}`, "\r\n\r\n", "").map(encode),
    );
    const part = fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      filename: fc.option(fc.constant("a.png"), { nil: undefined }),
      content,
    });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
        (parts, sizes) => {
          const body = bodyOf(parts as Part[]);
          const found = scan(body, sizes);
          expect(found.map(({ name }) => name)).toEqual(parts.map(({ name }) => name));
          for (const [index, { offset, length, sha256 }] of found.entries()) {
            const expected = parts[index]?.content ?? new Uint8Array();
            expect(Buffer.from(body.subarray(offset, offset + length))).toEqual(
              Buffer.from(expected),
            );
            expect(sha256).toBe(createHash("sha256").update(expected).digest("hex"));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps the value of a field and the head of a file", () => {
    const parts = scan(
      bodyOf([
        { name: "prompt", content: encode("a höuse") },
        { name: "image", filename: "p.png", content: new Uint8Array(600_000).fill(7) },
      ]),
    );
    expect(parts[0]).toMatchObject({ name: "prompt", text: "a höuse", filename: null });
    expect(parts[1]).toMatchObject({ text: null, filename: "p.png", length: 600_000 });
    expect(parts[1]?.head.length).toBe(headBytes);
  });

  it("keeps no more than 768 KiB of a form of many files, and refuses fields beyond that", () => {
    const file = (name: string) => ({ name, filename: "p.png", content: new Uint8Array(300_000) });
    const parts = scan(bodyOf(["a", "b", "c", "d", "e", "f"].map(file)));
    const kept = parts.reduce((sum, { head }) => sum + head.length, 0);
    expect(kept).toBe(768 * 1024);
    const field = { name: "prompt", content: encode("a house") };
    expect(() => scan(bodyOf([...["a", "b", "c", "d"].map(file), field]))).toThrow(MultipartError);
  });

  it.each([
    ["ends early", encode(`--${boundary}\r\ncontent-disposition: form-data; name="a"\r\n\r\nx`)],
    ["has no delimiter", encode("hello")],
    ["has a part without a name", encode(`--${boundary}\r\nx: y\r\n\r\nx\r\n--${boundary}--`)],
    ["has a broken delimiter", encode(`--${boundary}??`)],
    ["has an endless header", encode(`--${boundary}\r\n${"x".repeat(20_000)}`)],
    ["has too long a field", bodyOf([{ name: "prompt", content: new Uint8Array(70_000) }])],
    [
      "has too many parts",
      bodyOf(Array.from({ length: 33 }, () => ({ name: "a", content: encode("b") }))),
    ],
  ])("refuses a body that %s", (_name, body) => {
    expect(() => scan(body)).toThrow(MultipartError);
  });

  it("refuses a boundary that is none", () => {
    expect(() => new MultipartScanner("")).toThrow(MultipartError);
  });
});
