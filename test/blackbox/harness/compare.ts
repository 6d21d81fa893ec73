import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What an edit did to its picture, told by a decoder that shares nothing with the product. */
export interface Comparison {
  readonly input_size: [number, number];
  readonly result_size: [number, number];
  /** Pixels outside the mask, and how many of them differ from the input's. */
  readonly kept: number;
  readonly kept_changed: number;
  readonly masked_changed_share: number;
  /** Of the result: Pillow's mode, bits a channel, whether the profile is the input's, and entries of EXIF. */
  readonly mode: string;
  readonly depth: number;
  readonly profile_kept: boolean;
  readonly metadata: number;
}

const python = join(import.meta.dirname, "../../../model-image/.venv/bin/python");

/** Compares a result's bytes with the files that were sent. */
export function compare(image: string, mask: string, result: Uint8Array): Comparison {
  const file = join(mkdtempSync(join(tmpdir(), "inlay-compare-")), "result");
  writeFileSync(file, result);
  const script = join(import.meta.dirname, "compare.py");
  const printed = execFileSync(python, [script, image, mask, file], { encoding: "utf8" });
  return JSON.parse(printed) as Comparison;
}
