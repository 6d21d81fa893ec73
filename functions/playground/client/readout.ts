import { credits } from "./credits.ts";
import type { Choices } from "./edit-request.ts";
import { readsPrompt, takesMask } from "./edit-request.ts";
import { element } from "./elements.ts";
import { estimate } from "./estimate.ts";
import { grows } from "./margins.ts";
import type { Journey, Trouble } from "./journey.ts";
import type { Size } from "./view.ts";

/** What has to be there before an edit can run; null where all of it is. */
export function missing(ready: {
  readonly picture: Size | null;
  readonly key: boolean;
  readonly marked: number;
  readonly example: boolean;
  readonly choices: Choices;
}): "picture" | "mask" | "margins" | "prompt" | "example" | "key" | null {
  const { task, prompt, margins } = ready.choices;
  if (ready.picture === null) return "picture";
  if (takesMask(task) && ready.marked === 0) return "mask";
  if (task === "outpaint" && !grows(margins)) return "margins";
  if (task === "inpaint" && readsPrompt(task) && prompt === "") return "prompt";
  if (task === "paint_by_example" && !ready.example) return "example";
  return ready.key ? null : "key";
}

export const hints: Readonly<Record<NonNullable<ReturnType<typeof missing>>, string>> = {
  picture: "Choose a picture first.",
  mask: "Brush over what should change.",
  margins: "Pull an edge of the picture outwards.",
  prompt: "Describe what should be there.",
  example: "Choose an example picture.",
  key: "Enter a key to run it.",
};

/** Tells what is marked and what the edit will cost. */
export function tellPrice(picture: Size | null, marked: number, choices: Choices): void {
  const share = marked > 0 && marked < 0.001 ? "under 0.1 %" : `${(marked * 100).toFixed(1)} %`;
  element("marked", HTMLElement).textContent = picture === null ? "–" : share;
  element("price", HTMLElement).textContent =
    picture === null ? "–" : credits(estimate(choices, picture));
}

/** Tells how far the service is. */
export function tellProgress(journey: Journey, steps: number): void {
  const box = element("progress", HTMLElement);
  const busy = journey.phase === "sending" || journey.phase === "running";
  box.hidden = !busy;
  if (!busy) return;
  const share = journey.phase === "sending" ? journey.sent : journey.edit.progress;
  element("progress-label", HTMLElement).textContent = progressLabel(journey, steps);
  element("progress-share", HTMLOutputElement).value = `${Math.round(share * 100)} %`;
  element("progress-bar", HTMLProgressElement).value = share;
  element("cancel", HTMLButtonElement).disabled = journey.phase === "running" && journey.canceling;
}

function progressLabel(
  journey: Extract<Journey, { phase: "sending" | "running" }>,
  steps: number,
): string {
  if (journey.phase === "sending") return "Sending your picture as it is";
  if (journey.canceling) return "Canceling";
  const { status, queue_position: position, progress } = journey.edit;
  if (status === "processing") {
    return `Painting, step ${Math.max(1, Math.round(progress * steps))} of ${steps}`;
  }
  if (status === "starting") return "Waking the model";
  return position === null || position < 2 ? "Waiting for its turn" : `Number ${position} in line`;
}

/** Tells what went wrong and what to do. */
export function tellTrouble(trouble: Trouble | null): void {
  const box = element("trouble", HTMLElement);
  const isNew = box.hidden && trouble !== null;
  box.hidden = trouble === null;
  element("trouble-title", HTMLElement).textContent = trouble?.title ?? "";
  element("trouble-detail", HTMLElement).textContent = trouble?.detail ?? "";
  const { code = null, requestId = null } = trouble ?? {};
  element("trouble-code", HTMLElement).textContent = [code, requestId].filter(Boolean).join(", ");
  if (isNew) box.scrollIntoView({ block: "center" });
}
