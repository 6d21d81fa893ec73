import { parseProgressFromLogs } from "replicate";
import type { Prediction } from "../../schemas/prediction.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import { readManifest } from "../dispatch/manifest-store.ts";
import { outputUrls } from "../dispatch/output-urls.ts";
import type { Services } from "../dispatch/ports.ts";
import type { Grant } from "../images/signed-url.ts";
import { describeError, log } from "../log.ts";

/**
 * Takes authenticated news of a prediction: the account has committed what it means when this resolves. Late, repeated
 * and reordered news is welcome. Returns what has to follow; throws where nothing was committed for sure.
 */
export async function takeNews(
  services: Services,
  grant: Grant,
  prediction: Prediction,
): Promise<readonly WorkMessage[]> {
  const { account: id, edit, attempt } = grant;
  const account = services.account(id);
  log("info", "callback.received", { account: id, edit, attempt, status: prediction.status });
  switch (prediction.status) {
    case "starting":
      return [];
    case "processing": {
      const progress = parseProgressFromLogs(prediction.logs ?? "")?.percentage;
      return account.report(edit, attempt, { type: "processing" }, progress);
    }
    case "succeeded":
    case "failed":
    case "canceled":
    case "aborted": {
      // A container that dies after its manifest has brought its result all the same.
      const manifest = await readManifest(services.bucket, id, edit, attempt);
      if (manifest !== null) return account.report(edit, attempt, { type: "manifest", manifest });
      const urls = prediction.status === "succeeded" ? outputUrls(prediction.output) : [];
      if (urls.length > 0) {
        await services.send({ v: 1, type: "copy", account: id, edit, attempt, urls });
        return [];
      }
      log("warn", "prediction.ended", {
        account: id,
        edit,
        attempt,
        status: prediction.status,
        reason: describeError(prediction.error ?? ""),
      });
      return account.report(edit, attempt, { type: "lost" });
    }
    default:
      return prediction.status satisfies never;
  }
}
