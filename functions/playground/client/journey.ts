import type { Edit } from "../../../schemas/edit.ts";

/** What went wrong, with the remedy: a problem of the API, or one of the page's own. */
export interface Trouble {
  readonly title: string;
  readonly detail: string;
  readonly code: string | null;
  readonly requestId: string | null;
}

/** Where a person is: from an empty page to a result. */
export type Journey =
  | { readonly phase: "empty"; readonly trouble: Trouble | null }
  | { readonly phase: "drawing"; readonly trouble: Trouble | null }
  | { readonly phase: "sending"; readonly sent: number }
  | { readonly phase: "running"; readonly edit: Edit; readonly canceling: boolean }
  | { readonly phase: "shown"; readonly edit: Edit };

export type JourneyEvent =
  | { readonly type: "picture" }
  | { readonly type: "unreadable"; readonly trouble: Trouble }
  | { readonly type: "run" }
  | { readonly type: "sent"; readonly share: number }
  | { readonly type: "accepted"; readonly edit: Edit }
  | { readonly type: "news"; readonly edit: Edit }
  | { readonly type: "failed"; readonly trouble: Trouble }
  | { readonly type: "cancel" }
  | { readonly type: "again" }
  | { readonly type: "opened"; readonly edit: Edit };

export type Effect =
  | { readonly type: "send" }
  | { readonly type: "abort" }
  | { readonly type: "watch"; readonly edit: Edit }
  | { readonly type: "cancel"; readonly edit: Edit }
  | { readonly type: "present"; readonly edit: Edit }
  | { readonly type: "say"; readonly text: string };

type Next = { readonly journey: Journey; readonly effects: readonly Effect[] };

export const start: Journey = { phase: "empty", trouble: null };

/** The journey after an event, and what is to be done. Events that do not belong to a phase change nothing. */
export function nextJourney(journey: Journey, event: JourneyEvent): Next {
  const same: Next = { journey, effects: [] };
  const busy = journey.phase === "sending" || journey.phase === "running";
  switch (event.type) {
    case "picture":
      return busy ? same : { journey: { phase: "drawing", trouble: null }, effects: [] };
    case "unreadable": {
      if (busy) return same;
      const phase = journey.phase === "empty" ? "empty" : "drawing";
      return { journey: { phase, trouble: event.trouble }, effects: [] };
    }
    case "run":
      if (journey.phase !== "drawing") return same;
      return {
        journey: { phase: "sending", sent: 0 },
        effects: [{ type: "send" }, { type: "say", text: "Sending the picture." }],
      };
    case "sent":
      if (journey.phase !== "sending") return same;
      return { journey: { phase: "sending", sent: event.share }, effects: [] };
    case "accepted":
      if (journey.phase !== "sending") return same;
      return {
        journey: { phase: "running", edit: event.edit, canceling: false },
        effects: [
          { type: "watch", edit: event.edit },
          { type: "say", text: "The edit was accepted." },
        ],
      };
    case "news":
      // What is still told of an edit that was canceled is not about the one that runs now.
      if (journey.phase !== "running" || event.edit.id !== journey.edit.id) return same;
      return afterNews(journey, event.edit);
    case "failed": {
      const { trouble } = event;
      const phase = journey.phase === "empty" ? "empty" : "drawing";
      return { journey: { phase, trouble }, effects: [sayTrouble(trouble)] };
    }
    case "cancel":
      if (journey.phase === "sending") {
        return {
          journey: { phase: "drawing", trouble: null },
          effects: [{ type: "abort" }, { type: "say", text: "Stopped. Nothing was charged." }],
        };
      }
      if (journey.phase !== "running" || journey.canceling) return same;
      return {
        journey: { ...journey, canceling: true },
        effects: [{ type: "cancel", edit: journey.edit }],
      };
    case "again":
      if (journey.phase !== "shown") return same;
      return { journey: { phase: "drawing", trouble: null }, effects: [] };
    case "opened":
      if (busy) return same;
      return { journey: { phase: "shown", edit: event.edit }, effects: [] };
  }
}

function afterNews(journey: Extract<Journey, { phase: "running" }>, edit: Edit): Next {
  switch (edit.status) {
    case "queued":
    case "starting":
    case "processing":
      return { journey: { ...journey, edit }, effects: sayProgress(journey.edit, edit) };
    case "succeeded":
      return {
        journey: { phase: "shown", edit },
        effects: [
          { type: "present", edit },
          { type: "say", text: "Done. The result is shown." },
        ],
      };
    case "failed":
    case "canceled":
    case "expired": {
      const trouble = troubleOf(edit);
      return { journey: { phase: "drawing", trouble }, effects: [sayTrouble(trouble)] };
    }
  }
}

/** What ended an edit without a result. */
function troubleOf({ status, error, id }: Edit): Trouble {
  if (error !== null) {
    const { title, detail, code } = error;
    return { title, detail, code, requestId: error.request_id ?? id };
  }
  return status === "canceled"
    ? { title: "Canceled", detail: "Nothing was charged.", code: null, requestId: id }
    : {
        title: "The edit took too long",
        detail: "Nothing was charged. Run it again.",
        code: null,
        requestId: id,
      };
}

function sayTrouble({ title, detail }: Trouble): Effect {
  return { type: "say", text: `${title}. ${detail}` };
}

/** Progress is told in quarters, lest a screen reader hear of nothing else. */
function sayProgress(before: Edit, after: Edit): Effect[] {
  if (before.status !== after.status && after.status === "processing") {
    return [{ type: "say", text: "Painting." }];
  }
  const quarter = Math.floor(after.progress * 4);
  if (quarter <= Math.floor(before.progress * 4) || quarter === 4) return [];
  return [{ type: "say", text: `${quarter * 25} percent.` }];
}
