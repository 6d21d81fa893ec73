import type { Edit } from "../../../schemas/edit.ts";
import type { Service } from "./service.ts";

/** Who wants to hear of an edit. */
interface Watcher {
  /** The edit has changed; the last call tells its end. */
  news(edit: Edit): void;
  /** There is a newer preview. */
  preview(picture: Blob): void;
}

/**
 * Follows an edit until it has ended or `signal` stops it. Throws what the service refuses with. Whoever tells edits and
 * previews as they come, in whatever way, can stand in for another.
 */
export type Watch = (edit: Edit, watcher: Watcher, signal: AbortSignal) => Promise<void>;

const ended: readonly Edit["status"][] = ["succeeded", "failed", "canceled", "expired"];

/** Milliseconds between two looks: quick at first, and never slower than this. */
const shortest = 300;
const longest = 1_500;

/** Follows an edit by asking again and again. A look that is lost is made up for by the next; five in a row are not. */
export function polling(service: Service): Watch {
  return async (edit, watcher, signal) => {
    let lost = 0;
    for (let look = 0; ; look++) {
      const wait = Math.min(longest, shortest * 1.03 ** look);
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (signal.aborted) return;
      try {
        const now = await service.edit(edit.id, signal);
        lost = 0;
        const { preview } = now.urls;
        if (preview !== null && now.status === "processing") {
          const picture = await service.preview(preview, signal).catch(() => null);
          if (picture !== null) watcher.preview(picture);
        }
        watcher.news(now);
        if (ended.includes(now.status)) return;
      } catch (error) {
        if (signal.aborted) return;
        lost += 1;
        if (lost === 5) throw error;
      }
    }
  };
}
