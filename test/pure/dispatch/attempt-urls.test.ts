import { describe, expect, it } from "vitest";
import { claim } from "../../../functions/account/attempts.ts";
import { attemptUrls } from "../../../functions/dispatch/model-input.ts";
import type { Keyring } from "../../../functions/images/signed-url.ts";
import { EditParameters, EditTask, taskPictures } from "../../../schemas/edit.ts";
import { ModelInput } from "../../../schemas/model-input.ts";
import type { SentPictures } from "../../../functions/account/accept.ts";
import { sentPictures, stagedImage } from "../account/fixtures.ts";
import { testAccount, type TestAccount } from "../account/harness.ts";

const keyring: Keyring = { current: "k1", keys: { k1: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" } };

/** What the container gets for an accepted edit. */
function inputOf({ context }: TestAccount, edit: string): ModelInput {
  const claimed = claim(context, edit);
  if (typeof claimed === "string") throw new Error("the edit was not queued");
  const origin = "https://edge.example";
  return ModelInput.parse(attemptUrls(keyring, origin, context.account, claimed.claim).input);
}

describe("the container's input for", () => {
  it.each(EditTask.options)("%s has the task's pictures, signed, and no others", (task) => {
    const account = testAccount();
    const size = task === "text_to_image" ? { width: 100, height: 640 } : {};
    const { id } = account.accept({
      parameters: EditParameters.parse({ task, prompt: "a cat", sampler: "unipc", ...size }),
      pictures: sentPictures(...taskPictures[task]),
    });
    const input = inputOf(account, id);
    const urls = [input.image_url, input.mask_url, input.example_url];
    for (const [index, role] of (["image", "mask", "example"] as const).entries()) {
      if (taskPictures[task].includes(role)) {
        expect(urls[index]).toContain(`/files/input/${account.context.account}/${id}/1/${index}?`);
      } else {
        expect(urls[index]).toBe("");
      }
    }
    expect(input).toMatchObject({ task, sampler: "unipc", width: 0, height: 0, ...size });
    expect(input.prompt).toBe(task === "erase" ? "" : "a cat");
  });

  it("a test account's edit names the profile for tests, and others none", () => {
    const account = testAccount();
    expect(inputOf(account, account.accept().id).profile).toBeUndefined();
    const context = { ...account.context, account: "U0123456789abcdef01234567" };
    expect(inputOf({ ...account, context }, account.accept().id).profile).toBe("tiny");
  });

  it("an edit allows no output more bytes than it can have: all samples, 16 bits and alpha where they can be", () => {
    const allowed = (contentType: string) => {
      const account = testAccount();
      const image = stagedImage({ width: 8_064, height: 6_048, contentType });
      const sources = { image, mask: { ...image, contentType: "image/png" } };
      const pictures = Object.fromEntries(
        Object.entries(sources).map(([role, one]) => [
          role,
          { from: "staged", image: one, identity: role },
        ]),
      ) as SentPictures;
      const { id } = account.accept({ pictures });
      const most = new URL(inputOf(account, id).output_urls[0] ?? "").searchParams.get("max");
      // A claim names the image, with what that says of itself.
      return Number(most) - image.length;
    };
    const pixels = 8_064 * 6_048;
    expect(allowed("image/jpeg") - 4 * pixels).toBe(4 * 2 ** 20);
    expect(allowed("image/png") - 8 * pixels).toBe(4 * 2 ** 20);
  });

  it("an edit that an earlier release stored is complete", () => {
    const account = testAccount();
    const { id } = account.accept();
    account.context.storage.exec(
      "UPDATE edits SET parameters = ? WHERE id = ?",
      `{"task":"inpaint","prompt":"grass","negative_prompt":"","n":1,"steps":20,"guidance":7.5,
        "strength":1,"output_format":"png","metadata":{},"seed":7}`,
      id,
    );
    expect(inputOf(account, id)).toMatchObject({
      prompt: "grass",
      example_url: "",
      sampler: "",
      width: 0,
      height: 0,
      mask_mode: "white",
      mask_resize: false,
      grow: 0,
      feather: 0,
      masked_content: "noise",
      quality: 0,
      left: 0,
    });
  });

  it("an edit has outputs' claims signed where there are certificates, and only there", () => {
    const account = testAccount();
    const claimed = claim(account.context, account.accept().id);
    if (typeof claimed === "string") throw new Error("the edit was not queued");
    const input = (certificates?: string) =>
      attemptUrls(keyring, "https://edge.example", "u", claimed.claim, certificates).input;
    expect(input()).toMatchObject({ claim_url: "", certificates: "" });
    expect(input("PEM")).toMatchObject({
      claim_url: expect.stringContaining("/files/claim/u/"),
      certificates: "PEM",
    });
  });
});
