import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError } from "../../infra/local/customer.ts";
import { codeHolding } from "../harness/code-blocks.ts";
import { compare } from "./harness/compare.ts";
import { startSystem, type TestSystem } from "./harness/system.ts";

/** A picture that `make_pictures.py` wrote, and what is to be true of its result. */
interface Made {
  readonly name: string;
  readonly kind: string;
  readonly image: string;
  readonly mask: string;
  readonly size: readonly [number, number];
  readonly mode: string;
  readonly profile: boolean;
}

const python = join(import.meta.dirname, "../../model-image/.venv/bin/python");
const script = join(import.meta.dirname, "harness/make_pictures.py");
const environment = { ...process.env, PYTHONPATH: join(import.meta.dirname, "../../model-image") };
const folder = mkdtempSync(join(tmpdir(), "inlay-pictures-"));
const printed = execFileSync(python, [script, folder], { encoding: "utf8", env: environment });
const pictures = printed
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Made);

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system?.stack.close();
});

const blob = (path: string) => new Blob([readFileSync(path)]);

describe("a picture as people have it, through the whole system,", () => {
  it.each(pictures)("comes back as it was but for its mask: $name", async (picture) => {
    const files = { image: blob(picture.image), mask: blob(picture.mask) };
    const created = await system.edit({ steps: "2", seed: "7" }, files);
    const finished = await system.ended(created.id);
    expect(finished).toMatchObject({ status: "succeeded", error: null });
    const result = compare(picture.image, picture.mask, await system.download(finished));
    expect(result).toMatchObject({
      result_size: picture.size,
      input_size: picture.size,
      kept_changed: 0,
      mode: picture.mode,
      depth: picture.kind === "png16" ? 16 : 8,
      profile_kept: true,
      metadata: 0,
    });
    expect(finished.outputs[0]?.kept_pixels).toBe(result.kept);
    expect(result.masked_changed_share).toBeGreaterThan(0.5);
    const codes = finished.warnings.map(({ code }) => code);
    expect(codes.includes("cmyk_converted")).toBe(picture.kind === "cmyk");
  });

  it("says what was done to it and where, signed by the edge", async () => {
    const [picture] = pictures;
    if (picture === undefined) throw new Error("no picture was made");
    const files = { image: blob(picture.image), mask: blob(picture.mask) };
    const edit = await system.ended((await system.edit({ steps: "2" }, files)).id);
    const file = join(folder, "result.png");
    writeFileSync(file, await system.download(edit));
    const command = codeHolding("docs/provenance.md", "inlay.verify")
      .replace("INLAY_WATERMARK_KEY=...", "INLAY_WATERMARK_KEY=inlay")
      .replace("photo.png", `--json ${file}`);
    const root = join(import.meta.dirname, "../..");
    const said = execFileSync("sh", ["-ec", command], { encoding: "utf8", cwd: root });
    expect(JSON.parse(said)).toMatchObject({
      edited: true,
      manifest: {
        state: "untrusted",
        generator: "Inlay",
        edit: edit.id,
        signer: "Inlay development",
        wholly_made: false,
        painted: [expect.any(Array)],
      },
    });
  });

  it("grows, fades and is outpainted as asked", async () => {
    const [picture] = pictures;
    if (picture === undefined) throw new Error("no picture was made");
    const files = { image: blob(picture.image), mask: blob(picture.mask) };
    const asked = { steps: "2", grow: "3", feather: "4", mask_mode: "auto", output_format: "webp" };
    const grown = await system.ended((await system.edit(asked, files)).id);
    expect(grown).toMatchObject({ status: "succeeded", outputs: [{ content_type: "image/webp" }] });
    const [width, height] = picture.size;
    const hole = Math.floor(width / 2) - Math.floor(width / 3);
    const kept = width * height - hole * (Math.floor(height / 2) - Math.floor(height / 4));
    expect(grown.outputs[0]?.kept_pixels).toBeLessThan(kept);
  });

  it("with a mask of the unrotated picture is refused with its code", async () => {
    const turned = pictures.find(({ name }) => name.includes("jpeg-RGB") && name.includes("o6"));
    const straight = pictures.find(({ kind }) => kind === "cmyk");
    const files = { image: blob(turned?.image ?? ""), mask: blob(straight?.mask ?? "") };
    const refused: unknown = await system.edit({}, files).catch((error: unknown) => error);
    expect((refused as ApiError).problem).toMatchObject({ code: "mask_orientation_mismatch" });
  });
});
