import { ManifestErrorCode, type Manifest } from "../../../schemas/manifest.ts";
import { stagedImage, sentPictures } from "./fixtures.ts";
import { Scene } from "./outcome-scene.ts";

type ContainerCode = NonNullable<Manifest["error"]>["code"];

/** What the container says of an edit that no further attempt can mend. */
const containerSays: Record<ContainerCode, string> = {
  task_not_in_profile: "the container does not have the task loaded",
  sampler_not_in_profile: "the container does not have the sampler loaded",
  mask_empty: "the mask marks nothing",
  mask_damaged: "the mask cannot be decoded",
  mask_size_mismatch: "image and mask differ in size once they are decoded",
  mask_orientation_mismatch: "the mask fits the image only as its file stores it",
  image_damaged: "the image cannot be decoded",
  image_animated: "the image moves",
  image_too_large: "the image is too large to be decoded",
  output_too_large: "the result is too large",
  output_blocked: "the container itself says that all is blocked",
  input_blocked: "the policy refuses the prompt or a picture",
};

const refused = Object.fromEntries(
  ManifestErrorCode.options.map((code) => [
    containerSays[code],
    (it: Scene) => it.create().run().refuse(code),
  ]),
);

/** Every way that an edit can end, driven through the account. `docs/billing.md` has a row for each. */
export const outcomes: Readonly<Record<string, (it: Scene) => unknown>> = {
  "every output is delivered": (it) => it.create().run().succeed(),
  "one output of three is blocked": (it) => it.create().run().succeed(1),
  "every output is blocked": (it) => it.create().run().succeed(3),
  "an attempt is lost, and the next one succeeds": (it) => it.create().run().lose().run().succeed(),
  "the result of a lost attempt comes while the next one runs": (it) =>
    it.create().run().lose().run().succeed(0, 1),
  "the result of a lost attempt comes before the next one": (it) =>
    it.create().run().lose().succeed(),
  "the refusal of a lost attempt comes while the next one runs": (it) =>
    it.create().run().lose().run().refuse("mask_empty", 1).succeed(),
  "the result comes three times": (it) => it.create().run().succeed().succeed().succeed(),
  "it was asked for twice with one `Idempotency-Key`": (it) => {
    const request = it.request({ idempotencyKey: "order-12" });
    it.create(request).create(request).run().succeed();
  },
  "the account is suspended while it runs": (it) => {
    it.create().run();
    it.core.desk.suspend("unpaid");
    it.succeed();
  },
  ...refused,
  "the model fails, the provider refuses, or nothing is heard, three times": (it) =>
    it.create().run().lose().run().lose().run().lose(),
  "it is cancelled in the queue": (it) => it.create().cancel(),
  "it is cancelled while its attempt starts": (it) => it.create().claim().cancel(),
  "it is cancelled while it is processed": (it) => it.create().run().cancel(),
  "it is cancelled between two attempts": (it) => it.create().run().lose().cancel(),
  "its result comes after it was cancelled": (it) => it.create().run().cancel().succeed(),
  "it is cancelled after it has succeeded": (it) => it.create().run().succeed().cancel(),
  "no slot comes free until its time is over": (it) => it.create().expire(),
  "the provider is busy until its time is over": (it) =>
    it.create().claim().busy().claim().busy().expire(),
  "its time is over while its attempt starts": (it) => it.create().claim().expire(),
  "its time is over while it is processed": (it) => it.create().run().expire(),
  "its result comes after its time": (it) => it.create().run().expire().succeed(),
  "it is deleted in the queue": (it) => it.create().remove(),
  "it is deleted while it is processed": (it) => it.create().run().remove(),
  "it is deleted after it has succeeded": (it) => it.create().run().succeed().remove(),
  "its account is deleted": (it) => {
    it.create().run();
    it.core.close();
  },
  "the key is unknown": (it) => it.create({ credential: "0".repeat(64) }),
  "the key was revoked": (it) => {
    const keys = it.core.listKeys();
    if (keys.ok) it.core.revokeKey(keys.value[0]?.id ?? "");
    it.create();
  },
  "the account is suspended": (it) => {
    it.core.desk.suspend("unpaid");
    it.create();
  },
  "edits are created too fast": (it) => {
    it.core.desk.setQuotas({ createsPerMinute: 1, unfinishedEdits: null });
    it.authorize().authorize();
  },
  "too many edits are unfinished": (it) => {
    it.core.desk.setQuotas({ createsPerMinute: null, unfinishedEdits: 1 });
    it.create().create();
  },
  "a request with its `Idempotency-Key` is being received": (it) =>
    it.authorize("order-12").authorize("order-12"),
  "its `Idempotency-Key` belongs to other content": (it) => {
    const request = it.request({ idempotencyKey: "order-12" });
    it.create(request);
    it.create({ ...request, pictures: sentPictures("image") });
  },
  "an upload that it names is not there": (it) =>
    it.create({ pictures: { image: { from: "upload", upload: "upl_0" } } }),
  "image and mask differ in size": (it) => {
    const image = stagedImage({ width: 64 });
    it.create({
      pictures: { ...sentPictures("mask"), image: { from: "staged", image, identity: "x" } },
    });
  },
  "the balance does not cover it": (it) => {
    it.core.desk.post({ kind: "adjustment", amount: -990_000, externalId: "taken" });
    it.create();
  },
  "its pictures arrived after five minutes": (it) => {
    const request = it.request();
    it.account.pass(300_000);
    it.core.wake();
    it.create(request);
  },
};
