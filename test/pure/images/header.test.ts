import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHeader } from "../../../functions/images/header.ts";
import { gif, jpeg, png, webpExtended, webpLossless, webpLossy } from "./files.ts";

describe("an image's header", () => {
  it.each([
    ["png", png(640, 480)],
    ["jpeg", jpeg(640, 480)],
    ["webp", webpLossy(640, 480)],
    ["webp", webpLossless(640, 480)],
    ["webp", webpExtended(640, 480)],
  ])("tells format and size of a %s by its bytes", (format, bytes) => {
    expect(readHeader(bytes)).toMatchObject({
      ok: true,
      value: { format, width: 640, height: 480 },
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "gives the displayed size at EXIF orientation %i",
    (orientation) => {
      const turned = orientation >= 5;
      expect(readHeader(jpeg(640, 480, { orientation }))).toMatchObject({
        value: { width: turned ? 480 : 640, height: turned ? 640 : 480, orientation },
      });
    },
  );

  it.each([
    ["a text file", new TextEncoder().encode("not an image at all"), "image_unreadable"],
    ["nothing", new Uint8Array(), "image_unreadable"],
    [
      "an SVG",
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      "image_format_unsupported",
    ],
    ["a GIF", gif, "image_format_unsupported"],
    ["a header cut short", png(640, 480).subarray(0, 20), "image_unreadable"],
    ["a JPEG cut before its frame", jpeg(640, 480).subarray(0, 12), "image_unreadable"],
    ["an animated PNG", png(640, 480, { animated: true }), "image_animated"],
    ["an animated WebP", webpExtended(640, 480, { animated: true }), "image_animated"],
    ["16 bits a channel", png(640, 480, { bitDepth: 16 }), "image_format_unsupported"],
    ["30,000 x 30,000 pixels", png(30_000, 30_000), "image_side_too_long"],
    ["too many pixels", png(8_000, 8_000), "image_too_many_pixels"],
    ["15 pixels a side", png(15, 100), "image_too_small"],
    ["no pixels", png(0, 0), "image_too_small"],
  ])("refuses %s", (_name, bytes, code) => {
    expect(readHeader(bytes)).toMatchObject({ ok: false, problem: { code } });
  });

  it("never throws, whatever is done to the bytes", () => {
    const seeds = [
      png(64, 64),
      jpeg(64, 64, { orientation: 6 }),
      webpLossy(64, 64),
      webpLossless(64, 64),
      webpExtended(64, 64),
    ];
    const change = fc.record({ at: fc.nat(200), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change),
        fc.nat(200),
        (seed, changes, cut) => {
          const bytes = seed.slice(0, Math.max(0, seed.length - (cut % seed.length)));
          for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
          const header = readHeader(bytes);
          if (header.ok) expect(header.value.width * header.value.height).toBeLessThanOrEqual(24e6);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("reads only the view that it is given", () => {
    const whole = new Uint8Array(200);
    whole.set(png(640, 480), 50);
    expect(readHeader(whole.subarray(50, 50 + png(640, 480).length))).toMatchObject({ ok: true });
    expect(readHeader(whole.subarray(50, 70))).toMatchObject({ ok: false });
  });
});
