import type { SentPictures } from "../../../functions/account/accept.ts";
import type { StagedImage } from "../../../functions/account/edit-row.ts";
import type { PictureRole } from "../../../schemas/edit.ts";
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

/** Staged pictures of 640 x 480 pixels by their roles, as `accept` takes them. */
export function sentPictures(...roles: readonly PictureRole[]): SentPictures {
  const sent = (role: PictureRole) =>
    ({ from: "staged", image: stagedImage(), identity: `${role}-hash` }) as const;
  return Object.fromEntries(roles.map((role) => [role, sent(role)]));
}

/** The SHA-256 of no bytes. */
const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The manifest of an attempt that brought `outputs` pictures, some of them blocked. */
export function manifest(edit: string, attempt: number, outputs = 1, blocked = 0): Manifest {
  return {
    version: 1,
    edit,
    attempt,
    status: "succeeded",
    outputs: Array.from({ length: outputs }, (_, index) => {
      const delivered = { bytes: 1000, sha256: "0".repeat(64), blocked: null };
      const withheld = { bytes: 0, sha256: hashOfNothing, blocked: "output_blocked" as const };
      return {
        index,
        content_type: "image/png",
        width: 640,
        height: 480,
        seed: 7 + index,
        kept_pixels: 300_000,
        ...(index < blocked ? withheld : delivered),
      };
    }),
    warnings: [],
    error: null,
    timings: { total_ms: 830 },
    model: { profile: "tiny", decoder: "base", weights_sha256: "" },
  };
}
