import { raise } from "../alerts.ts";
import { outputSize } from "../account/output-size.ts";
import { outputTypes, type Manifest } from "../../schemas/manifest.ts";
import { limits } from "../../schemas/limits.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { peek } from "../images/body.ts";
import { formatOf, readHeader } from "../images/header.ts";
import { outputKey } from "../images/object-keys.ts";
import { stageStream } from "../images/stage.ts";
import { describeError, log } from "../log.ts";
import { fetchImage } from "../network/fetch-image.ts";
import { readManifest, writeManifest } from "./manifest-store.ts";
import type { Services } from "./ports.ts";

type Copy = Extract<WorkMessage, { type: "copy" }>;

/**
 * Copies the files of a provider that hands out URLs into the attempt's place in R2 and writes the manifest that such
 * a provider does not. Runs from the queue under the attempt's lease; files that are there already are not fetched
 * again. A file that is no picture of the edit's size is no result: the attempt is lost. Throws where a host cannot be
 * looked up for now.
 */
export async function copyOutputs(
  services: Services,
  id: string,
  { edit, attempt, urls }: Copy,
): Promise<readonly WorkMessage[]> {
  const account = services.account(id);
  await account.report(edit, attempt, { type: "processing" });
  const record = await account.attempt(edit, attempt);
  if (record === null || record.finished) return [];
  let manifest = await readManifest(services.bucket, id, edit, attempt);
  if (manifest === null) {
    const outputs: Manifest["outputs"] = [];
    const { width, height } = outputSize(record.inputs, record.parameters);
    for (const [index, url] of urls.entries()) {
      const seed = (record.parameters.seed + index) % 2 ** 32;
      const output = await copyOne(services, outputKey(id, edit, attempt, index), url);
      if (output === null || output.width !== width || output.height !== height) {
        raise("copy.unusable", { account: id, edit, attempt, index });
        return account.report(edit, attempt, { type: "lost" });
      }
      outputs.push({ index, seed, blocked: null, kept_pixels: 0, ...output });
    }
    manifest = providerManifest(edit, attempt, outputs, services.provider.name);
    await writeManifest(services.bucket, id, manifest);
  }
  return account.report(edit, attempt, { type: "manifest", manifest });
}

type CopiedFile = Pick<
  Manifest["outputs"][number],
  "content_type" | "width" | "height" | "bytes" | "sha256"
>;

async function copyOne(services: Services, key: string, url: string): Promise<CopiedFile | null> {
  const fetched = await fetchImage({
    url,
    fetch: services.fetch,
    deadline: services.deadline,
    resolve: services.resolve,
    allowLoopback: services.allowLoopback,
    maxBytes: limits.outputBytes,
  });
  if (!fetched.ok) {
    // For want of a resolver no result is given up: the queue brings the job again.
    if (fetched.problem.retryAfter !== undefined) throw new Error(fetched.problem.detail);
    log("warn", "copy.unreachable", { code: fetched.problem.code });
    return null;
  }
  const { head, body } = await peek(fetched.value.body, 12);
  const contentType = outputTypes.find((type) => type === `image/${formatOf(head)}`);
  if (contentType === undefined) {
    await body.cancel();
    return null;
  }
  const staged = await stageStream({
    bucket: services.bucket,
    key,
    contentType,
    body,
    contentLength: fetched.value.contentLength,
    maxBytes: limits.outputBytes,
  }).catch((error: unknown) => {
    log("warn", "copy.interrupted", { reason: describeError(error) });
    return null;
  });
  if (staged === null || !staged.ok) return null;
  const header = readHeader(staged.value.head);
  if (!header.ok) return null;
  const { width, height } = header.value;
  const { length, sha256 } = staged.value;
  return { content_type: contentType, width, height, bytes: length, sha256 };
}

function providerManifest(
  edit: string,
  attempt: number,
  outputs: Manifest["outputs"],
  provider: string,
): Manifest {
  return {
    version: 1,
    edit,
    attempt,
    status: "succeeded",
    outputs,
    warnings: [
      {
        code: "kept_pixels_unverified",
        detail:
          "The provider's model made these files; Inlay did not check that kept pixels are unchanged.",
      },
    ],
    error: null,
    timings: {},
    model: { profile: provider, decoder: "provider", weights_sha256: "" },
  };
}
