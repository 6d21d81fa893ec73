import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { photograph } from "../../blackbox/harness/system.ts";

export const python = join(import.meta.dirname, "../../../model-image/.venv/bin/python");

/** Runs a few lines of Python with arguments, and reads the JSON that they print. */
function pillow(lines: string, ...args: readonly string[]): unknown {
  const script = `import json, sys\nfrom PIL import Image\n${lines}`;
  return JSON.parse(execFileSync(python, ["-c", script, ...args], { encoding: "utf8" })) as unknown;
}

/** The photograph as a phone held sideways stores it: turned, with the orientation that turns it back. */
export function sidewaysPhotograph(target: string): void {
  pillow(
    `turned = Image.open(sys.argv[1]).transpose(Image.Transpose.ROTATE_90)
exif = Image.Exif()
exif[0x0112] = 6
turned.save(sys.argv[2], quality=95, exif=exif)
print("null")`,
    photograph.image,
    target,
  );
}

/** A photograph of 24 megapixels. */
export function largePhotograph(target: string): void {
  pillow(
    `Image.open(sys.argv[1]).resize((6000, 4000)).save(sys.argv[2], quality=80)
print("null")`,
    photograph.image,
    target,
  );
}

/** A mask's kind, its size, and the box around what it marks. */
interface MaskFile {
  readonly mode: string;
  readonly size: [number, number];
  readonly box: [number, number, number, number];
}

/** What another decoder says of a mask. */
export function readMask(path: string): MaskFile {
  return pillow(
    `mask = Image.open(sys.argv[1])
print(json.dumps({"mode": mask.mode, "size": mask.size, "box": mask.getbbox()}))`,
    path,
  ) as MaskFile;
}
