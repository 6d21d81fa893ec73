import type { EditPreview, EditProgress } from "../../../schemas/event-stream.ts";

/** The first frame: the wait before a reader comes again, in milliseconds, after a stream has ended. */
export const opening = "retry: 1000\n\n";

/** Nothing has happened; the connection and its proxies learn that it lives. */
export const keepAlive = ": keep-alive\n\n";

/** A logged event: its sequence is what a reader resumes after. `payload` is JSON in one line. */
export function eventFrame(sequence: number, type: string, payload: string): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${payload}\n\n`;
}

/** Progress or a preview. It has no id: who resumes asks for the logged events alone. */
export function liveFrame(live: EditProgress | EditPreview): string {
  const event = live.object === "edit.progress" ? "progress" : "preview";
  return `event: ${event}\ndata: ${JSON.stringify(live)}\n\n`;
}
