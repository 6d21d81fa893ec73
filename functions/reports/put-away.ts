import { watched } from "../alerts.ts";
import type { Services } from "../dispatch/ports.ts";

/**
 * Puts a batch of old rows in R2 and has the account let go of them. The text of a batch is the same each time, so that
 * doing it again, or twice at once, is harmless.
 */
export async function putAway(services: Services, id: string, key: string): Promise<void> {
  const account = services.account(id);
  const batch = await account.archiveBatch(key);
  if (batch === null) return;
  await watched("archive.failed", { account: id }, () =>
    services.bucket.put(batch.key, batch.text, {
      httpMetadata: { contentType: "application/x-ndjson" },
    }),
  );
  await account.finishArchive(key);
}
