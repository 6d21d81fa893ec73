import { balance } from "./credits.ts";
import { element } from "./elements.ts";
import type { KeyStore } from "./key-store.ts";
import { ServiceError, type Service } from "./service.ts";

/** Asks for the key, and shows whose it is and what is left on its account. */
export class KeyDialog {
  readonly #store: KeyStore;
  readonly #service: Service;
  readonly #dialog = element("key-dialog", HTMLDialogElement);
  readonly #input = element("key-input", HTMLInputElement);
  readonly #trouble = element("key-trouble", HTMLElement);
  readonly #remember = element("key-remember", HTMLInputElement);

  constructor(store: KeyStore, service: Service, changed: () => void) {
    this.#store = store;
    this.#service = service;
    element("key-button", HTMLButtonElement).addEventListener("click", () => this.open());
    element("key-cancel", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    element("key-forget", HTMLButtonElement).addEventListener("click", () => {
      store.forget();
      this.#dialog.close();
      void this.refresh().then(changed);
    });
    element("key-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#use().then(changed);
    });
  }

  open(trouble = ""): void {
    this.#input.value = this.#store.key ?? "";
    this.#remember.checked = this.#store.remembered;
    this.#trouble.textContent = trouble;
    element("key-forget", HTMLButtonElement).hidden = this.#store.key === null;
    this.#dialog.showModal();
    this.#input.select();
  }

  /** Shows what is left on the account; with a key that is refused, the dialog. */
  async refresh(): Promise<void> {
    const label = element("key-label", HTMLElement);
    const { key } = this.#store;
    if (key === null) {
      label.textContent = "Enter a key";
      return;
    }
    try {
      const account = await this.#service.account();
      label.textContent = `${balance(account.balance.available)} credits`;
    } catch (error) {
      label.textContent = "Key";
      if (error instanceof ServiceError && error.status === 401) this.open(error.trouble.detail);
    }
  }

  async #use(): Promise<void> {
    const key = this.#input.value.trim();
    if (key === "") {
      this.#trouble.textContent = "Enter a key first.";
      return;
    }
    try {
      await this.#service.account(key);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#trouble.textContent = `${error.trouble.title}. ${error.trouble.detail}`;
      return;
    }
    this.#store.keep(key, this.#remember.checked);
    this.#dialog.close();
    await this.refresh();
  }
}
