import { pictureRoles, type PictureRole } from "../../schemas/edit.ts";
import type { ModelInput } from "../../schemas/model-input.ts";
import { limits } from "../../schemas/limits.ts";
import { testProfile } from "../../schemas/profile.ts";
import type { Claim } from "../account/attempts.ts";
import { largestOutput } from "../account/output-size.ts";
import { kindOf } from "../keys/account-id.ts";
import { signUrl, type Grant, type Keyring } from "../images/signed-url.ts";

/** How long the container's URLs outlive the edit, in seconds. */
const grace = 3_600;

export interface AttemptUrls {
  readonly input: ModelInput;
  readonly callbackUrl: string;
}

/**
 * What the container gets for one attempt: the edit's parameters and URLs that are signed for this attempt alone.
 * `origin` is where the container reaches the edge, `certificates` are those that outputs' claims are signed with.
 */
export function attemptUrls(
  keyring: Keyring,
  origin: string,
  account: string,
  claim: Claim,
  certificates = "",
): AttemptUrls {
  const { edit, attempt, parameters, inputs } = claim;
  const exp = Math.floor(claim.deadline / 1000) + grace;
  const sign = (
    purpose: Grant["purpose"],
    method: Grant["method"],
    index: number,
    maxBytes: number,
  ) => signUrl(keyring, origin, { purpose, method, account, edit, attempt, index, maxBytes, exp });
  const picture = (role: PictureRole) =>
    inputs[role] === undefined ? "" : sign("input", "GET", pictureRoles.indexOf(role), 0);
  return {
    callbackUrl: sign("callback", "POST", 0, 0),
    input: {
      ...(kindOf(account) === "test" ? { profile: testProfile } : {}),
      task: parameters.task,
      image_url: picture("image"),
      mask_url: picture("mask"),
      example_url: picture("example"),
      output_urls: Array.from({ length: parameters.n }, (_, index) =>
        sign("output", "PUT", index, largestOutput(inputs, parameters)),
      ),
      manifest_url: sign("manifest", "PUT", 0, limits.manifestBytes),
      preview_url: sign("preview", "PUT", 0, limits.previewBytes),
      edit,
      attempt,
      prompt: parameters.task === "erase" ? "" : parameters.prompt,
      negative_prompt: parameters.negative_prompt,
      n: parameters.n,
      seed: parameters.seed,
      steps: parameters.steps,
      guidance: parameters.guidance,
      strength: parameters.strength,
      sampler: parameters.sampler ?? "",
      width: parameters.width ?? 0,
      height: parameters.height ?? 0,
      output_format: parameters.output_format,
      quality: parameters.quality ?? 0,
      mask_mode: parameters.mask_mode ?? "white",
      mask_resize: parameters.mask_resize ?? false,
      grow: parameters.grow ?? 0,
      feather: parameters.feather ?? 0,
      masked_content: parameters.masked_content ?? (parameters.strength < 1 ? "original" : "noise"),
      left: parameters.left ?? 0,
      right: parameters.right ?? 0,
      up: parameters.up ?? 0,
      down: parameters.down ?? 0,
      claim_url: certificates === "" ? "" : sign("claim", "POST", 0, limits.claimBytes),
      certificates,
    },
  };
}
