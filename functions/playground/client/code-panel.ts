import { element } from "./elements.ts";
import type { EditRequestForm } from "./edit-request.ts";
import { snippet, languages } from "./snippets.ts";

const tabs = [...languages, "json"] as const;
type Tab = (typeof tabs)[number];

/** A request as code, and the edit's own JSON. */
export class CodePanel {
  readonly #code = element("code", HTMLPreElement);
  readonly #buttons = tabs.map((tab) => element(`tab-${tab}`, HTMLButtonElement));
  #chosen: Tab = "curl";
  #request: EditRequestForm | null = null;
  #edit: object | null = null;

  constructor() {
    this.#buttons.forEach((button, index) => {
      button.addEventListener("click", () => this.#choose(index));
      button.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[key];
        if (step === undefined) return;
        const next = (index + step) % tabs.length;
        this.#choose(next);
        this.#buttons[next]?.focus();
      });
    });
    const copy = element("copy", HTMLButtonElement);
    copy.addEventListener("click", () => {
      const copied = navigator.clipboard.writeText(this.#code.textContent ?? "");
      void copied.then(
        () => this.#flash(copy, "Copied"),
        () => getSelection()?.selectAllChildren(this.#code),
      );
    });
  }

  /** Shows a request; with the edit that it became, where there is one. */
  show(
    request: EditRequestForm,
    edit: { readonly id: string } | null,
    requestId: string | null,
  ): void {
    this.#request = request;
    this.#edit = edit;
    element("request", HTMLElement).hidden = false;
    element("tab-json", HTMLElement).hidden = edit === null;
    const ids = [edit?.id, requestId === null ? undefined : `request ${requestId}`];
    element("request-id", HTMLElement).textContent = ids.filter(Boolean).join(", ");
    if (edit === null && this.#chosen === "json") this.#choose(0);
    else this.#refresh();
  }

  #choose(index: number): void {
    this.#chosen = tabs[index] ?? "curl";
    this.#buttons.forEach((button, place) => {
      button.setAttribute("aria-selected", String(place === index));
      button.tabIndex = place === index ? 0 : -1;
    });
    this.#code.setAttribute("aria-labelledby", `tab-${this.#chosen}`);
    this.#refresh();
  }

  #refresh(): void {
    if (this.#request === null) return;
    this.#code.textContent =
      this.#chosen === "json"
        ? JSON.stringify(this.#edit, null, 2)
        : snippet(this.#chosen, location.origin, this.#request);
  }

  #flash(button: HTMLButtonElement, text: string): void {
    const before = button.textContent;
    button.textContent = text;
    setTimeout(() => (button.textContent = before), 1_600);
  }
}
