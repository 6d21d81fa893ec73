import type { StagedImage } from "../../../functions/account/edit-row.ts";
import type { Manifest } from "../../../schemas/manifest.ts";

/** A staged picture of 640 x 480 pixels. */
export function stagedImage(size: Partial<StagedImage> = {}): StagedImage {
  return {
    key: "inputs/a/e/image",
    offset: 0,
    length: 1000,
    contentType: "image/png",
    width: 640,
    height: 480,
    ...size,
  };
}

/** The manifest of an attempt that brought `outputs` pictures, some of them blocked. */
export function manifest(edit: string, attempt: number, outputs = 1, blocked = 0): Manifest {
  return {
    version: 1,
    edit,
    attempt,
    status: "succeeded",
    outputs: Array.from({ length: outputs }, (_, index) => ({
      index,
      content_type: "image/png",
      width: 640,
      height: 480,
      bytes: 1000,
      sha256: "0".repeat(64),
      seed: 7 + index,
      blocked: index < blocked ? "unsafe" : null,
      kept_pixels: 300_000,
    })),
    warnings: [],
    error: null,
    timings: { total_ms: 830 },
    model: { profile: "tiny", decoder: "base", weights_sha256: "" },
  };
}
