import type { WorkMessage } from "../../schemas/work-message.ts";
import { log } from "../log.ts";
import { readManifest } from "./manifest-store.ts";
import type { Services } from "./ports.ts";
import { outputUrls } from "./output-urls.ts";

/**
 * Finds out what became of an attempt from which nothing was heard within its lease: its manifest is the result,
 * whether or not a callback came; else the provider is asked, where it can be. An attempt that nobody knows is lost.
 * Returns what has to follow.
 */
export async function reconcile(
  services: Services,
  id: string,
  edit: string,
  attempt: number,
): Promise<readonly WorkMessage[]> {
  const account = services.account(id);
  const record = await account.attempt(edit, attempt);
  if (record === null || record.finished) return [];

  const manifest = await readManifest(services.bucket, id, edit, attempt);
  if (manifest !== null) {
    log("info", "reconcile.manifest_found", { account: id, edit, attempt });
    return account.report(edit, attempt, { type: "manifest", manifest });
  }
  const prediction =
    record.prediction === null ? null : await services.provider.find(record.prediction);
  log("warn", "reconcile.asked", { account: id, edit, attempt, status: prediction?.status });
  if (prediction?.status === "starting" || prediction?.status === "processing") {
    return account.report(edit, attempt, { type: "processing" });
  }
  const urls = prediction?.status === "succeeded" ? outputUrls(prediction.output) : [];
  if (urls.length > 0) return [{ v: 1, type: "copy", account: id, edit, attempt, urls }];
  return account.report(edit, attempt, { type: "lost" });
}
