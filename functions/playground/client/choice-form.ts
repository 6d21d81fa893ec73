import { limits } from "../../../schemas/limits.ts";
import type { MaskedContent, OutputFormat, Sampler } from "../../../schemas/edit.ts";
import {
  formatNames,
  stepRange,
  type PageSettings,
  type PlaygroundTask,
} from "../page-settings.ts";
import { readsPrompt, type Choices } from "./edit-request.ts";
import { element } from "./elements.ts";
import { noMargins, setMargin, sides, type Margins, type Side } from "./margins.ts";
import type { Size } from "./view.ts";

const input = (id: string) => element(id, HTMLInputElement);
const sliders = ["steps", "n", "strength", "feather", "guidance"] as const;

/** The form of choices beside the picture. */
export class ChoiceForm {
  readonly #settings: PageSettings;
  readonly #changed: () => void;
  readonly #form = element("controls", HTMLFormElement);
  #margins: Margins = noMargins;
  #picture: Size | null = null;

  constructor(settings: PageSettings, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
    this.#form.addEventListener("input", (event) => {
      if (event.target === element("sampler", HTMLSelectElement)) this.#rangeSteps();
      this.#refresh();
      changed();
    });
    for (const side of sides) {
      const field = input(`margin-${side}`);
      field.addEventListener("change", () => this.setMargin(side, field.valueAsNumber));
    }
    this.#rangeSteps();
    this.#refresh();
  }

  get choices(): Choices {
    const seed = input("seed").value.trim();
    return {
      task: this.#form.querySelector<HTMLInputElement>("[name=task]:checked")
        ?.value as PlaygroundTask,
      prompt: element("prompt", HTMLTextAreaElement).value.trim(),
      negativePrompt: input("negative-prompt").value.trim(),
      steps: input("steps").valueAsNumber,
      n: input("n").valueAsNumber,
      seed: seed === "" ? null : Number(seed),
      content: element("content", HTMLSelectElement).value as MaskedContent,
      strength: input("strength").valueAsNumber,
      feather: input("feather").valueAsNumber,
      guidance: input("guidance").valueAsNumber,
      sampler: element("sampler", HTMLSelectElement).value as Sampler,
      format: element("format", HTMLSelectElement).value as OutputFormat,
      margins: this.#margins,
    };
  }

  get example(): File | null {
    return input("example").files?.[0] ?? null;
  }

  /** Takes note of the picture: margins start anew, within what it may grow to. */
  setPicture(picture: Size): void {
    this.#picture = picture;
    const quarter = Math.round(Math.min(picture.width, picture.height) / 4);
    this.#margins = noMargins;
    for (const side of ["left", "right"] as const) this.setMargin(side, quarter);
  }

  setMargin(side: Side, pixels: number): void {
    if (this.#picture === null) return;
    this.#margins = setMargin(this.#margins, side, pixels, this.#picture, limits);
    for (const each of sides) input(`margin-${each}`).value = String(this.#margins[each]);
    this.#changed();
  }

  set disabled(disabled: boolean) {
    element("choices", HTMLFieldSetElement).disabled = disabled;
  }

  #rangeSteps(): void {
    const steps = input("steps");
    const { fewest, most, usual } = stepRange(this.#settings, this.choices.sampler);
    steps.min = String(fewest);
    steps.max = String(most);
    steps.value = String(usual);
  }

  #refresh(): void {
    const original = element("content-original", HTMLOptionElement);
    original.disabled = this.choices.task === "outpaint";
    if (original.disabled && original.selected)
      element("content", HTMLSelectElement).value = "noise";
    const { task, steps, n, format, content } = this.choices;
    const prompted = readsPrompt(task);
    element("prompt-group", HTMLElement).hidden = !prompted;
    element("prompted", HTMLElement).hidden = !prompted;
    element("example-group", HTMLElement).hidden = task !== "paint_by_example";
    element("margins", HTMLElement).hidden = task !== "outpaint";
    element("strength-group", HTMLElement).hidden = content === "noise";
    element("format-note", HTMLElement).hidden = format !== "jpeg" && format !== "same";
    const chosen = this.#form.querySelector<HTMLInputElement>(`[name=task][value=${task}]`);
    element("task-does", HTMLElement).textContent = chosen?.dataset["does"] ?? "";
    for (const id of sliders) element(`${id}-label`, HTMLOutputElement).value = input(id).value;
    const results = n === 1 ? "1 result" : `${n} results`;
    element("settings-brief", HTMLElement).textContent =
      `${steps} ${steps === 1 ? "step" : "steps"}, ${results}, ${formatNames[format]}`;
  }
}
