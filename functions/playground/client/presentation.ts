import type { Edit } from "../../../schemas/edit.ts";
import type { Bench } from "./bench.ts";
import { element } from "./elements.ts";
import { proveKept } from "./kept-proof.ts";
import { Loupe } from "./loupe.ts";
import type { Picture } from "./picture.ts";
import { tellFacts, tellVerdict } from "./verdict.ts";

/** A finished edit with its files; null where an output was withheld. */
export interface Finished {
  readonly edit: Edit;
  readonly picture: Picture;
  readonly outputs: readonly (Blob | null)[];
}

/** How long the divider sweeps over the picture when a result is shown, in milliseconds. */
const sweep = 1_100;

/** Shows a result: the slider, the loupe, what was kept, and the file to take away. */
export class Presentation {
  readonly #bench: Bench;
  readonly #loupe: Loupe;
  readonly #choices = element("outputs", HTMLElement);
  readonly #download = element("download", HTMLAnchorElement);
  #finished: Finished | null = null;
  #shown = 0;
  #addresses: string[] = [];

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#loupe = new Loupe((at) => {
      bench.stage.change({ loupe: at });
      bench.stage.reveal(at);
    });
  }

  /** Looks at a place of the result through the loupe. */
  look(at: { readonly x: number; readonly y: number }): void {
    if (this.#finished !== null) {
      this.#loupe.look(at);
      this.#bench.stage.change({ loupe: at });
    }
  }

  /** The file of the output that is shown. */
  get output(): Blob | null {
    return this.#finished?.outputs[this.#shown] ?? null;
  }

  async present(finished: Finished): Promise<void> {
    this.#finished = finished;
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = finished.outputs.map((blob) => (blob ? URL.createObjectURL(blob) : ""));
    this.#choices.hidden = finished.outputs.length < 2;
    this.#choices.replaceChildren(...finished.outputs.map((_, index) => this.#choice(index)));
    const first = finished.outputs.findIndex((blob) => blob !== null);
    await this.#show(Math.max(0, first));
  }

  close(): void {
    const picture = this.#finished?.picture.bitmap;
    this.#finished = null;
    this.#bench.stage.change({ after: null, loupe: null, ...(picture && { picture }) });
  }

  async #show(index: number): Promise<void> {
    const finished = this.#finished;
    const blob = finished?.outputs[index];
    if (!finished || !blob) return;
    const { edit, picture } = finished;
    const after = await createImageBitmap(blob);
    if (this.#finished !== finished) return;
    this.#shown = index;
    [...this.#choices.children].forEach((choice, place) =>
      choice.setAttribute("aria-pressed", String(place === index)),
    );
    this.#download.href = this.#addresses[index] ?? "";
    this.#download.download = fileName(picture.name, blob.type, edit, index);
    tellFacts(edit, index);
    const kept = edit.outputs[index]?.kept_pixels ?? 0;
    const lossless = blob.type !== "image/jpeg";
    const sameSize = after.width === picture.width && after.height === picture.height;
    tellVerdict(kept, lossless, sameSize ? "running" : "impossible");
    element("verdict", HTMLElement).focus({ preventScroll: true });

    const { stage, mask } = this.#bench;
    if (!sameSize) {
      stage.show({ ...stage.scene!, picture: after, after: null, margins: null, loupe: null });
      element("loupe", HTMLElement).hidden = true;
      return;
    }
    const loupe = this.#loupe.show(picture.bitmap, after, mask);
    stage.change({ after, preview: null, loupe });
    const [check] = await Promise.all([proveKept(picture.bitmap, after, mask), this.#sweep()]);
    if (this.#finished === finished && this.#shown === index) tellVerdict(kept, lossless, check);
  }

  /** Uncovers the result from the right, and leaves the divider in the middle. */
  async #sweep(): Promise<void> {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#bench.divider = 0.5;
      return;
    }
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      const frame = (now: number) => {
        const share = Math.min(1, Math.max(0, now - begun) / sweep);
        this.#bench.divider = 0.5 + 0.5 * (1 - share) ** 3;
        if (share < 1) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
  }

  #choice(index: number): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Result ${index + 1}`);
    const address = this.#addresses[index];
    if (address) {
      const image = new Image();
      image.src = address;
      image.alt = "";
      button.append(image);
      button.addEventListener("click", () => void this.#show(index));
    } else {
      button.disabled = true;
      button.textContent = "Withheld";
    }
    return button;
  }
}

function fileName(picture: string, type: string, { outputs }: Edit, index: number): string {
  const stem = picture.replace(/\.[^.]*$/, "");
  const number = outputs.length > 1 ? `-${index + 1}` : "";
  return `${stem}-inlay${number}.${type.replace("image/", "")}`;
}
