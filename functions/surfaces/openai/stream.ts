import type { Edit } from "../../../schemas/edit.ts";
import { isTerminal } from "../../account/edit-machine.ts";
import type { AppContext } from "../../api/app-env.ts";
import { problemOf } from "../../api/problem-response.ts";
import { previewKey } from "../../images/object-keys.ts";
import { awaitEdit, cancelLater, goodEnd } from "../ended.ts";
import { outputFile } from "../output-file.ts";
import { base64Of } from "../text-stream.ts";
import { completedImages, errorEvent, partialImage, type EventFamily } from "./events.ts";

/** Milliseconds between two looks at the edit. */
const lookEvery = 500;

/**
 * The events of an edit as it is made: at most so many previews, then the outputs or an error. A reader who goes away
 * before its end has it canceled.
 */
export async function* imageEvents(
  c: AppContext,
  placed: Edit,
  { family, partialImages }: { readonly family: EventFamily; readonly partialImages: number },
): AsyncGenerator<string, void> {
  let over = false;
  let seen: string | null = null;
  let sent = 0;
  try {
    for (;;) {
      const edit = await awaitEdit(c, placed.id, lookEvery);
      over = isTerminal(edit.status);
      if (over) {
        const b64 = async function* ({ url }: { url: string }) {
          yield* base64Of((await outputFile(c, url)).body);
        };
        yield* completedImages(family, goodEnd(edit), b64);
        return;
      }
      const preview = sent < partialImages ? await newestPreview(c, edit) : null;
      if (preview !== null && preview.etag !== seen) {
        seen = preview.etag;
        const at = Math.floor(preview.uploaded.getTime() / 1000);
        const traits = {
          background: "auto",
          output_format: "jpeg",
          quality: "auto",
          size: "auto",
        };
        yield* partialImage(family, { index: sent, at, traits }, base64Of(preview.body));
        sent += 1;
      } else {
        // That a reader has gone is noticed where something is written.
        yield ": still running\n\n";
      }
    }
  } catch (error) {
    over = true;
    yield errorEvent(problemOf(error as Error, c.var.requestId));
  } finally {
    if (!over) cancelLater(c, placed.id);
  }
}

/** The preview of the edit's newest attempt; null where there is none. */
async function newestPreview(c: AppContext, edit: Edit): Promise<R2ObjectBody | null> {
  if (edit.urls.preview === null) return null;
  const { id, account, keyHash } = c.var.caller;
  const attempt = await account.previewedAttempt(keyHash, edit.id);
  return attempt.ok ? c.env.BUCKET.get(previewKey(id, edit.id, attempt.value)) : null;
}
