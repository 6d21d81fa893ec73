const name = "inlay.key";

/** Takes a key over from the address (`#key=...`), and out of it, so that no one reads it there or sends it on. */
function fromAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key !== null) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

/** The API key that this browser keeps: until the tab is closed, or longer where its owner wants that. */
export class KeyStore {
  #key: string | null;

  constructor() {
    const handed = fromAddress();
    this.#key = handed ?? sessionStorage.getItem(name) ?? localStorage.getItem(name);
    if (handed !== null) sessionStorage.setItem(name, handed);
  }

  get key(): string | null {
    return this.#key;
  }

  get remembered(): boolean {
    return localStorage.getItem(name) !== null;
  }

  keep(key: string, remember: boolean): void {
    this.forget();
    this.#key = key;
    (remember ? localStorage : sessionStorage).setItem(name, key);
  }

  forget(): void {
    this.#key = null;
    sessionStorage.removeItem(name);
    localStorage.removeItem(name);
  }
}
