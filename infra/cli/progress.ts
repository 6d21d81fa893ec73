import type { Edit } from "../../schemas/edit.ts";
import type { EditNews } from "../client/edits.ts";

const width = 30;

/** A bar of an edit's progress (0 to 1), and its status. */
export function barOf(progress: number, status: string): string {
  const filled = Math.round(Math.min(Math.max(progress, 0), 1) * width);
  const bar = "█".repeat(filled) + "·".repeat(width - filled);
  return `${bar} ${String(Math.round(progress * 100)).padStart(3)} %  ${status}`;
}

/** Shows how an edit goes: on a terminal a bar that moves, elsewhere a line for each status. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  #status = "queued";
  #progress = 0;
  #line = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Takes one piece of news from the edit's stream. */
  take(news: EditNews): void {
    if ("type" in news) {
      if (news.data.object === "edit") this.#status = news.data.status;
    } else if (news.object === "edit.progress") {
      this.#progress = news.progress;
      if (news.queue_position !== null) this.#status = `queued, place ${news.queue_position}`;
    }
    this.#draw();
  }

  /** Shows the end. */
  end(edit: Edit): void {
    this.#status = edit.status;
    if (edit.status === "succeeded") this.#progress = 1;
    this.#draw();
    if (this.#out.isTTY) this.#out.write("\n");
  }

  #draw(): void {
    const line = this.#out.isTTY ? barOf(this.#progress, this.#status) : this.#status;
    if (line === this.#line) return;
    this.#line = line;
    this.#out.write(this.#out.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  }
}
