import { element } from "./elements.ts";
import type { HistoryStore, Remembered } from "./history-store.ts";

const words = { erase: "Erased", inpaint: "Repainted", outpaint: "Extended" } as const;

/** The row of earlier edits. */
export class Shelf {
  readonly #store: HistoryStore;
  readonly #open: (remembered: Remembered) => void;
  readonly #section = element("shelf", HTMLElement);
  readonly #list = element("shelf-list", HTMLUListElement);
  #addresses: string[] = [];

  constructor(store: HistoryStore, open: (remembered: Remembered) => void) {
    this.#store = store;
    this.#open = open;
    element("shelf-clear", HTMLButtonElement).addEventListener("click", () => {
      void store.clear().then(() => this.refresh());
    });
  }

  async refresh(): Promise<void> {
    const all = await this.#store.all();
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = all.map(({ thumbnail }) => URL.createObjectURL(thumbnail));
    this.#section.hidden = all.length === 0;
    this.#list.replaceChildren(...all.map((one, index) => this.#item(one, this.#addresses[index])));
  }

  #item(remembered: Remembered, address = ""): HTMLLIElement {
    const { task, created_at: at } = remembered.edit;
    const image = new Image();
    image.src = address;
    image.alt = "";
    const when = document.createElement("time");
    when.dateTime = at;
    when.textContent = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const caption = document.createElement("span");
    caption.append(task in words ? words[task as keyof typeof words] : "Edited", " ", when);
    const button = document.createElement("button");
    button.type = "button";
    button.title = `${remembered.name}, ${new Date(at).toLocaleString()}`;
    button.append(image, caption);
    button.addEventListener("click", () => this.#open(remembered));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }
}
