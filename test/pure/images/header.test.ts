import { describe, expect, it } from "vitest";
import { Bytes } from "../../../functions/images/bytes.ts";
import { readHeader, tryHeader } from "../../../functions/images/header.ts";
import { problemCatalogue } from "../../../schemas/problem-catalogue.ts";
import {
  ascii,
  box,
  gif,
  heic,
  jpeg,
  png,
  webpExtended,
  webpLossless,
  webpLossy,
} from "./files.ts";
import { drawing, mutated, pictures } from "./mutate.ts";

/** A file of these pieces. */
const file = (...pieces: (Uint8Array | number[])[]) =>
  new Uint8Array(Buffer.concat(pieces.map((piece) => Uint8Array.from(piece))));

/** A property that leaves so many pixels (a fraction) of a picture's width, and 32 of its height. */
const clap = (width: number, of: number) =>
  box("clap", [0, 0, 0, width], [0, 0, 0, of], [0, 0, 0, 32], [0, 0, 0, 1], new Uint8Array(16));

/** A piece again and again. */
const repeated = (piece: Uint8Array, times: number) =>
  file(...Array.from({ length: times }, () => piece));

/** A PNG with these chunks before its pixels. */
const pngWith = (chunks: Uint8Array) =>
  file(png(640, 480).slice(0, 33), chunks, png(640, 480).slice(33));

/** A JPEG with these segments before its frame. */
const jpegWith = (segments: Uint8Array) => file([0xff, 0xd8], segments, jpeg(640, 480).slice(2));

describe("an image's header", () => {
  it.each([
    ["png", png(640, 480)],
    ["jpeg", jpeg(640, 480)],
    ["webp", webpLossy(640, 480)],
    ["webp", webpLossless(640, 480)],
    ["webp", webpExtended(640, 480)],
    ["heic", heic(640, 480)],
    ["avif", heic(640, 480, { brand: "avif" })],
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

  it.each(pictures.map(({ name, size, bytes }) => [name, size, bytes] as const))(
    "tells the displayed size of a picture as decoders do: %s",
    (_name, [width, height], bytes) => {
      expect(readHeader(bytes)).toMatchObject({ ok: true, value: { width, height } });
    },
  );

  it.each(
    pictures.flatMap(({ name, bytes }) => {
      const orientation = /^(?:jpeg orientation|heic turned|avif turned) (\d)$/.exec(name)?.[1];
      return orientation === undefined ? [] : [[name, Number(orientation), bytes] as const];
    }),
  )("tells the orientation by EXIF's numbers: %s", (_name, orientation, bytes) => {
    expect(readHeader(bytes)).toMatchObject({ value: { orientation } });
  });

  it.each([
    ["8064 x 6048 pixels of a phone", jpeg(8_064, 6_048)],
    ["16 pixels a side", png(16, 16)],
    ["16,384 x 3,072 pixels", webpLossless(16_384, 3_072)],
    ["16 bits a channel", png(640, 480, { bitDepth: 16 })],
    ["junk between a JPEG's segments", jpegWith(file([0xff, 0xfe, 0, 2], ascii("junk")))],
    ["a JPEG's second frame of a kind after its scan", file(jpeg(640, 480), jpeg(64, 64).slice(2))],
    ["a HEIC that is cut within its size", heic(64, 64, { more: [clap(48, 1)] })],
    ["a HEIC whose boxes begin with others", heic(640, 480, { before: box("free", [1, 2, 3]) })],
    ["text after the pixels, and another format's file", file(png(640, 480), ascii("PK\x03\x04"))],
  ])("takes %s", (_name, bytes) => {
    expect(readHeader(bytes)).toMatchObject({ ok: true });
  });

  it.each([
    ["a text file", ascii("not an image at all"), "image_unreadable"],
    ["nothing", new Uint8Array(), "image_unreadable"],
    ["an SVG", ascii('<svg xmlns="http://www.w3.org/2000/svg"/>'), "image_format_unsupported"],
    ["a GIF", gif, "image_format_unsupported"],
    ["a video", file(box("ftyp", ascii("isom"))), "image_format_unsupported"],
    ["a JPEG XL", box("JXL ", [13, 10, 0x87, 10]), "image_format_unsupported"],
    ["a JPEG of 12 bits a channel", jpeg(640, 480, { bitDepth: 12 }), "image_format_unsupported"],
    ["a header cut short", png(640, 480).subarray(0, 20), "image_unreadable"],
    ["a JPEG cut before its frame", jpeg(640, 480).subarray(0, 12), "image_unreadable"],
    ["a JPEG without a frame", file([0xff, 0xd8, 0xff, 0xda]), "image_unreadable"],
    ["a JPEG of two frames", jpegWith(jpeg(64, 64).slice(2, -2)), "image_unreadable"],
    ["a HEIC cut in its boxes", heic(640, 480).slice(0, 60), "image_unreadable"],
    ["a HEIC without a size", file(box("ftyp", ascii("heic\0\0\0\0"))), "image_unreadable"],
    [
      "a HEIC that is cut larger than it is",
      heic(64, 64, { more: [clap(65, 1)] }),
      "image_unreadable",
    ],
    [
      "a HEIC that is cut at half a pixel",
      heic(64, 64, { more: [clap(63, 2)] }),
      "image_unreadable",
    ],
    [
      "a HEIC that is turned twice",
      heic(640, 480, { more: [box("irot", [1]), box("irot", [1])] }),
      "image_unreadable",
    ],
    ["an animated PNG", png(640, 480, { animated: true }), "image_animated"],
    ["an animated WebP", webpExtended(640, 480, { animated: true }), "image_animated"],
    ["a HEIC sequence", heic(640, 480, { brand: "hevc" }), "image_animated"],
    ["an AVIF sequence", heic(640, 480, { brand: "avis" }), "image_animated"],
    ["30,000 x 30,000 pixels", png(30_000, 30_000), "image_side_too_long"],
    ["a HEIC of four billion pixels a side", heic(2 ** 32 - 1, 2 ** 32 - 1), "image_side_too_long"],
    ["too many pixels", png(8_000, 8_000), "image_too_many_pixels"],
    ["15 pixels a side", png(15, 100), "image_too_small"],
    ["no pixels", png(0, 0), "image_too_small"],
    [
      "a PNG of a depth that its colours do not have",
      png(640, 480, { bitDepth: 4 }),
      "image_unreadable",
    ],
  ])("refuses %s", (_name, bytes, code) => {
    expect(readHeader(bytes)).toMatchObject({ ok: false, problem: { code } });
  });

  it("tells a picture or a coded problem of 20,000 damaged files, and reads none of their bytes over and over", () => {
    const draw = drawing(1);
    const codes = new Set<string>();
    for (let drawn = 0; drawn < 20_000; drawn++) {
      const bytes = mutated(pictures[draw(pictures.length)]?.bytes ?? gif, draw);
      const counted = new Bytes(bytes);
      const header = tryHeader(counted);
      if (typeof header === "number") throw new Error("all of the file is at hand");
      if (header.ok)
        expect(header.value.width * header.value.height).toBeLessThanOrEqual(48 * 2 ** 20);
      codes.add(header.ok ? "picture" : header.problem.code);
      expect(counted.work).toBeLessThanOrEqual(2 * bytes.length + 1_024);
    }
    expect(codes.size).toBeGreaterThan(4);
    codes.delete("picture");
    for (const code of codes) expect(problemCatalogue).toHaveProperty(code);
  });

  it.each([
    [
      "a PNG of empty chunks",
      (n: number) => pngWith(repeated(file([0, 0, 0, 0], ascii("tEXt"), [0, 0, 0, 0]), n)),
    ],
    [
      "a PNG of eXIf chunks",
      (n: number) =>
        pngWith(repeated(file([0, 0, 0, 8], ascii("eXIfMM\0*"), [0, 0, 0, 0, 0, 0, 0, 0]), n)),
    ],
    ["a JPEG of empty segments", (n: number) => jpegWith(repeated(file([0xff, 0xee, 0, 2]), n))],
    ["a JPEG of fill bytes", (n: number) => jpegWith(new Uint8Array(4 * n).fill(0xff))],
    [
      "a JPEG of EXIF segments",
      (n: number) => jpegWith(repeated(jpeg(1, 1, { orientation: 5 }).slice(2, 38), n)),
    ],
    ["a HEIC of empty boxes", (n: number) => heic(640, 480, { before: repeated(box("free"), n) })],
    [
      "a HEIC of empty properties",
      (n: number) => heic(640, 480, { more: Array.from({ length: n % 200 }, () => box("free")) }),
    ],
    [
      "boxes in boxes",
      (n: number) =>
        heic(640, 480, {
          before: Array.from({ length: n }).reduce<Uint8Array>(
            (inner) => box("meto", inner),
            box("free"),
          ),
        }),
    ],
  ])("takes work in proportion to the bytes of %s", (_name, of) => {
    for (const times of [10, 100, 1_000]) {
      const bytes = of(times);
      const counted = new Bytes(bytes);
      tryHeader(counted);
      expect(counted.work).toBeLessThanOrEqual(3 * bytes.length + 1_024);
    }
  });

  it("asks for the place where a header goes on beyond what is at hand", () => {
    const profile = new Uint8Array(60_000);
    const long = jpegWith(repeated(file([0xff, 0xe2, 0xea, 0x62], profile), 5));
    const head = long.slice(0, 100_000);
    const at = tryHeader(new Bytes(head, long.length));
    expect(at).toBe(2 + 2 * 60_004);
    const more = { at: 120_010, bytes: long.slice(120_010) };
    expect(tryHeader(new Bytes(head, long.length, [more]))).toMatchObject({
      value: { width: 640 },
    });
    expect(readHeader(head)).toMatchObject({ problem: { code: "image_unreadable" } });
  });

  it("reads only the view that it is given", () => {
    const whole = new Uint8Array(200);
    whole.set(png(640, 480), 50);
    expect(readHeader(whole.subarray(50, 50 + png(640, 480).length))).toMatchObject({ ok: true });
    expect(readHeader(whole.subarray(50, 70))).toMatchObject({ ok: false });
  });
});
