import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginningOf } from "../../../functions/deliver/answer.ts";

const body = (text: string) => new Response(text).body;

describe("what is kept of a receiver's answer", () => {
  it("is its text, without control characters", async () => {
    expect(await beginningOf(body('{"error":\r\n\t"no"}'))).toBe('{"error": "no"}');
    expect(await beginningOf(body("\u001b[31mred\u0000"))).toBe("[31mred");
  });

  it("is nothing where there is no text", async () => {
    expect(await beginningOf(null)).toBeNull();
    expect(await beginningOf(body(""))).toBeNull();
    expect(await beginningOf(body(" \n "))).toBeNull();
  });

  it("is at most 256 bytes, and no character is cut in two", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 2_000 }), async (text) => {
        const kept = (await beginningOf(body(text))) ?? "";
        expect(new TextEncoder().encode(kept).length).toBeLessThanOrEqual(256);
      }),
    );
    expect(await beginningOf(body("é".repeat(500)))).toBe("é".repeat(128));
  });

  it("takes no more of an endless answer than it needs", async () => {
    let pulled = 0;
    let canceled = false;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(512).fill(97));
        },
        cancel: () => {
          canceled = true;
        },
      },
      { highWaterMark: 0 },
    );
    expect(await beginningOf(endless)).toBe("a".repeat(256));
    expect(pulled).toBe(2);
    expect(canceled).toBe(true);
  });

  it("is what came before the connection broke", async () => {
    let pulled = 0;
    const broken = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled += 1;
          if (pulled === 1) controller.enqueue(new TextEncoder().encode("partly"));
          else controller.error(new Error("reset"));
        },
      },
      { highWaterMark: 0 },
    );
    expect(await beginningOf(broken)).toBe("partly");
  });
});
