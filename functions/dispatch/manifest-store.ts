import { limits } from "../../schemas/limits.ts";
import { Manifest } from "../../schemas/manifest.ts";
import { raise } from "../alerts.ts";
import { manifestKey } from "../images/object-keys.ts";

/** The manifest of an attempt; null when it was not written, or is none (an attempt cannot be another's result). */
export async function readManifest(
  bucket: R2Bucket,
  account: string,
  edit: string,
  attempt: number,
): Promise<Manifest | null> {
  const object = await bucket.get(manifestKey(account, edit, attempt));
  if (object === null || object.size > limits.manifestBytes) return null;
  const parsed = Manifest.safeParse(await object.json().catch(() => null));
  if (parsed.success && parsed.data.edit === edit && parsed.data.attempt === attempt) {
    return parsed.data;
  }
  raise("manifest.invalid", { account, edit, attempt });
  return null;
}

/** Writes the manifest of an attempt whose provider does not; the first one stays. */
export async function writeManifest(
  bucket: R2Bucket,
  account: string,
  manifest: Manifest,
): Promise<void> {
  await bucket.put(
    manifestKey(account, manifest.edit, manifest.attempt),
    JSON.stringify(manifest),
    {
      httpMetadata: { contentType: "application/json" },
      onlyIf: { etagDoesNotMatch: "*" },
    },
  );
}
